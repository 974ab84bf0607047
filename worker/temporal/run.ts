import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { killGroup } from '../process-group.ts';

/**
 * Runs a program quietly to its end, with everything it starts in one group, which is killed after `timeoutSeconds`.
 *
 * @throws where it cannot be started or ends with another code than 0.
 */
export async function run(program: string, args: string[], options: { env: NodeJS.ProcessEnv; timeoutSeconds: number }): Promise<void> {
  const child = spawn(program, args, { env: options.env, stdio: 'ignore', detached: process.platform !== 'win32' });
  const timer = setTimeout(() => killGroup(child, 'SIGKILL'), options.timeoutSeconds * 1000);
  try {
    const [code, signal]: unknown[] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${program} ended with ${String(code ?? signal)}`);
  } finally {
    clearTimeout(timer);
  }
}
