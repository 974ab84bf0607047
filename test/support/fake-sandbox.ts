/** Listens where the sandboxes do and answers their control path; what `npm run dev` waits for. */
import { createServer } from 'node:http';

for (const name of ['SANDBOX_HUBSPOT_PORT', 'SANDBOX_SALESFORCE_PORT']) {
  createServer((request, response) => response.writeHead(request.url === '/_sandbox/calls' ? 200 : 404).end('{}')).listen(Number(process.env[name]), '127.0.0.1');
}
