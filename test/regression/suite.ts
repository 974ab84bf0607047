import assert from 'node:assert/strict';
import { after } from 'node:test';
import type { ContactAnswer } from '../../workflows/messages.ts';
import { until } from '../support/until.ts';

type End = () => Promise<void>;

/** For what all tests of a `describe` share: in place of a test's own context, ended after the last of them, the newest first. */
export function suiteEnd(): { after(end: End): void } {
  const ends: End[] = [];
  after(async () => {
    for (const end of ends.toReversed()) await end();
  });
  return { after: (end) => { ends.push(end); } };
}

/** A contact's state once it `holds`; its workflow may still have to be started by an event. */
export async function stateOnce(s: { state: (id: string) => Promise<ContactAnswer> }, id: string, what: string, holds: (now: ContactAnswer) => boolean): Promise<ContactAnswer> {
  let last: ContactAnswer | null = null;
  const rests = async (): Promise<boolean> => {
    last = await s.state(id).catch(() => null);
    return last !== null && last.status !== 'syncing' && last.pending === 0 && holds(last);
  };
  await until(`contact ${id} ${what}`, rests).catch((error: unknown) => assert.fail(`${String(error)}; it is ${JSON.stringify(last)}`));
  return last ?? assert.fail(`contact ${id} has no state`);
}

export const inSync = (s: Parameters<typeof stateOnce>[0], id: string): Promise<ContactAnswer> => stateOnce(s, id, 'is in sync', ({ status }) => status === 'in-sync');
