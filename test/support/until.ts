import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** What Temporal gave to a worker that was ending is begun again once its time is up: 30 s for a contact's read or write. */
const longestMs = 60_000;

/** Waits until `holds`, at most `ms`; fails with `what`. Asks less and less often, since asking is work for the server that all share. */
export async function until(what: string, holds: () => Promise<boolean>, ms = longestMs): Promise<void> {
  const end = Date.now() + ms;
  for (let pause = 30; !(await holds()); pause = Math.min(250, pause * 1.3)) {
    if (Date.now() > end) assert.fail(`waited ${ms} ms in vain until ${what}`);
    await sleep(pause);
  }
}
