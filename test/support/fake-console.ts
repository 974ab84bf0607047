/** In the place of the console: says it is there, and stays. */
import { createServer } from 'node:http';

const port = Number(process.env['SLUICE_CONSOLE_PORT']);
createServer((_request, response) => response.end('a console')).listen(port, '127.0.0.1', () => console.log(`The console is at http://127.0.0.1:${port}.`));
