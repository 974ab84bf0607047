import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Heard {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  /** URI and headers as they came, in bytes. */
  headBytes: number;
  body: string;
}

export interface FakeServer {
  url: string;
  heard: Heard[];
  close(): Promise<void>;
}

/** A server whose answers, and failures to answer, a test decides request by request. */
export async function startFakeServer(answer: (request: Heard, response: ServerResponse, index: number) => void): Promise<FakeServer> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders } = request;
      const entry = { method, url, headers, headBytes: url.length + rawHeaders.join('').length, body: Buffer.concat(chunks).toString('utf8') };
      heard.push(entry);
      answer(entry, response, heard.length - 1);
    });
    request.on('error', () => {});
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Answers JSON. */
export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers });
  response.end(JSON.stringify(body));
}

/** Begins an answer and breaks the connection in the middle of its body. */
export function cut(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id":"003');
  setTimeout(() => response.destroy(), 20);
}

/** Begins an answer and says nothing more. */
export function stall(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"id":"003');
}
