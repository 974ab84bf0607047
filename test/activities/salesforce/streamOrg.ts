import assert from 'node:assert/strict';
import { after, afterEach } from 'node:test';
import { inspect } from 'node:util';
import { systemClock } from '../../../activities/crm/clock.ts';
import { CrmFailure } from '../../../activities/crm/failure.ts';
import { createLimiter } from '../../../activities/crm/limiter.ts';
import { createSalesforce } from '../../../activities/salesforce/index.ts';
import type { Salesforce } from '../../../activities/salesforce/index.ts';
import { startSalesforceSandbox } from '../../../sandbox/salesforce/start.ts';

/** An empty org for one test file that captures changes, and clients that notice a silent peer within seconds. */
export async function startStreamOrg() {
  const sandbox = await startSalesforceSandbox({ port: 0, seed: { seed: 'empty' }, cdc: { delayMs: [0, 20], holdMs: 400 } });
  let passed = 0;

  async function control(name: string, body?: object, method = 'POST'): Promise<Record<string, unknown>> {
    const response = await fetch(`${sandbox.url}/_sandbox/${name}`, { method, ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${name}: ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  }
  after(() => sandbox.close());
  afterEach(async () => {
    await control('faults', undefined, 'DELETE');
    await control('cdc', { enabled: true, delayMs: [0, 20], duplicate: 0, drop: 0, gap: 0, reorder: false, merge: false });
  });

  return {
    sandbox, control,
    newClient: (clientSecret = 'sandbox'): Salesforce => createSalesforce({
      loginUrl: sandbox.url, clientId: 'sandbox', clientSecret, limiter: createLimiter(), timeouts: { headers: 1_000, body: 1_000, whole: 5_000 },
      clock: { now: () => Date.now() + passed, after: (ms, wake) => systemClock.after(ms, wake) },
    }),
    /** Ends all sessions, as an administrator can; only one that is no longer young is renewed. */
    revoke: async ({ old }: { old: boolean }): Promise<void> => {
      if (old) passed += 61_000;
      await control('revoke', { kind: 'access' });
    },
    lead: async (): Promise<string> => String((await control('create', { object: 'Lead', fields: { LastName: 'l', Company: 'c' } }))['id']),
    contact: async (): Promise<string> => String((await control('create', { object: 'Contact', fields: { LastName: 'c' } }))['id']),
    /** The failure that it ended in, which must hold none of the tokens there ever were. */
    failureOf: async (ended: Promise<unknown>): Promise<CrmFailure> => {
      const error = await ended;
      assert.ok(error instanceof CrmFailure, inspect(error));
      const text = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
      for (const { token } of sandbox.org.database.all('SELECT token FROM tokens')) assert.ok(!text.includes(String(token)));
      return error;
    },
  };
}
