import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `holds`, at most `ms`; fails with `what`. Asks less and less often, since asking is work for the server that all share. */
export async function until(what: string, holds: () => Promise<boolean>, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  for (let pause = 30; !(await holds()); pause = Math.min(250, pause * 1.3)) {
    if (Date.now() > end) assert.fail(`waited ${ms} ms in vain until ${what}`);
    await sleep(pause);
  }
}
