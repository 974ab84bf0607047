import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { UserError } from './user-error.ts';

/** From the system's own choice (32768 and up on Linux, 49152 and up elsewhere) an outgoing connection could take one before it is used. */
const chosenFrom = [20_000, 32_768] as const;

/** A port on 127.0.0.1 that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...chosenFrom);
    if (await refusal(port) === null) return port;
  }
}

/**
 * Checks that a port on 127.0.0.1 can be listened on.
 *
 * @throws UserError that names the port, what it is for, and the variable that chooses another.
 */
export async function requireFreePort(port: number, purpose: string, variable: string): Promise<void> {
  const code = await refusal(port);
  if (code === null) return;
  const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${code})`;
  throw new UserError(`Port ${port} for ${purpose} ${why}: end the program that holds it, or set ${variable} to another port.`);
}

/** The system's code for why nobody may listen on a port of 127.0.0.1; null where one may. */
async function refusal(port: number): Promise<string | null> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  server.close();
  await once(server, 'close');
  return null;
}
