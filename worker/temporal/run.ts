import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { killGroup } from '../process-group.ts';

/**
 * Runs a program quietly to its end, with everything it starts in one group, which is killed after `timeoutSeconds`
 * or when `signal` says so.
 *
 * @throws where it cannot be started or ends with another code than 0.
 */
export async function run(program: string, args: string[], options: { env: NodeJS.ProcessEnv; timeoutSeconds: number; signal?: AbortSignal }): Promise<void> {
  const child = spawn(program, args, { env: options.env, stdio: 'ignore', detached: process.platform !== 'win32' });
  const end = (): void => killGroup(child, 'SIGKILL');
  const timer = setTimeout(end, options.timeoutSeconds * 1000);
  options.signal?.addEventListener('abort', end);
  try {
    const [code, signal]: unknown[] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${program} ended with ${String(code ?? signal)}`);
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', end);
  }
}
