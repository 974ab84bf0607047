import { once } from 'node:events';
import { createServer } from 'node:net';
import { UserError } from './user-error.ts';

/** A port on 127.0.0.1 that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a numeric port');
  return address.port;
}

/**
 * Checks that a port on 127.0.0.1 can be listened on.
 *
 * @throws UserError that names the port, what it is for, and the variable that chooses another.
 */
export async function requireFreePort(port: number, purpose: string, variable: string): Promise<void> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code})`;
    throw new UserError(`Port ${port} for ${purpose} ${why}: end the program that holds it, or set ${variable} to another port.`);
  }
  server.close();
  await once(server, 'close');
}
