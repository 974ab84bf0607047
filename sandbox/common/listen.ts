import type { FastifyInstance } from 'fastify';

export type Listening = { url: string; close(): Promise<void> };

/**
 * Listens on 127.0.0.1. Port 0 takes a free one. `url` has no trailing slash.
 * A port in use is an Error whose message is one sentence naming the port and `variable`, the environment variable that changes it.
 */
export async function listen(app: FastifyInstance, port: number, variable = 'the port setting'): Promise<Listening> {
  try {
    await app.listen({ port, host: '127.0.0.1' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new Error(`Port ${port} on 127.0.0.1 is in use: stop the program that has it, or choose another port with ${variable}.`, { cause: error });
    }
    throw error;
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const scheme = 'setSecureContext' in app.server ? 'https' : 'http';
  return {
    url: `${scheme}://127.0.0.1:${bound}`,
    async close() {
      // Withheld answers and keep-alive connections would hold the server open.
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
