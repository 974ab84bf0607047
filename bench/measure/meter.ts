import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const everyMs = 200;

/**
 * Has this process note five times a second what it has used so far, in a file in `SLUICE_DATA_DIR`: only the process itself knows all of its
 * threads' time and the peak of its memory, on Linux and macOS alike.
 */
export function startMeter(): void {
  const directory = process.env['SLUICE_DATA_DIR'];
  if (directory === undefined) return;
  const file = join(directory, `usage-${process.pid}.json`);
  note(file);
  setInterval(note, everyMs, file).unref();
}

function note(file: string): void {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(`${file}.part`, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: maxRSS / 1024 }));
  renameSync(`${file}.part`, file); // whoever reads never meets half of it
}
