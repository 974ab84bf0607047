import type { WriteStream } from 'node:tty';
import type { Progress } from '../sluice-client.ts';
import { doneOf, progressLine } from './job.ts';

const width = 30;
const plainEveryMs = 5_000;

/** Shows how far a job is: a bar that draws over itself in a terminal, elsewhere a line per phase and every 5 s. */
export function progressBar(out: Pick<WriteStream, 'write'> & { isTTY?: boolean; columns?: number }): { show(p: Progress): void; end(): void } {
  let printed = { phase: '', at: 0 };
  return {
    show(p) {
      if (out.isTTY === true) {
        const part = p.total === null || p.total === 0 ? 0 : Math.min(1, doneOf(p) / p.total);
        const bar = '#'.repeat(Math.round(part * width)).padEnd(width, '.');
        out.write(`\r\x1b[K${`[${bar}] ${progressLine(p)}`.slice(0, (out.columns ?? 120) - 1)}`);
      } else if (p.phase !== printed.phase || Date.now() - printed.at >= plainEveryMs) {
        printed = { phase: p.phase, at: Date.now() };
        out.write(`${progressLine(p)}\n`);
      }
    },
    end: () => {
      if (out.isTTY === true) out.write('\r\x1b[K');
    },
  };
}
