/**
 * Imported first by a process that is measured: notes five times a second what it has used so far, since only the process itself knows all of
 * its threads' time and the peak of its memory on Linux and macOS alike.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.env['SLUICE_DATA_DIR'];
const everyMs = 200;

function note(file: string): void {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(`${file}.part`, JSON.stringify({ cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, peakMiB: maxRSS / 1024 }));
  renameSync(`${file}.part`, file); // whoever reads never meets half of it
}

if (directory !== undefined) {
  const file = join(directory, `usage-${process.pid}.json`);
  note(file);
  setInterval(note, everyMs, file).unref();
}
