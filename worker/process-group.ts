import type { ChildProcess } from 'node:child_process';

/**
 * Sends a signal to a child that was spawned `detached`, and to everything it started. Windows has no groups: there
 * the child alone is ended. A child that is already gone is no error.
 */
export function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
