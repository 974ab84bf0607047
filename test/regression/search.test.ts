import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createLimiter } from '../../activities/crm/limiter.ts';
import { createHubSpot, type ChangePosition } from '../../activities/hubspot/index.ts';
import { startHubSpotSandbox } from '../../sandbox/hubspot/start.ts';
import { hubspotPerson } from '../support/crms.ts';

const shared = 10_100;
const batch = 100;
const mostPages = 70;

describe('a walk through what changed in HubSpot, by a search that ends at 10,000 rows', () => {
  const ids = { older: [] as string[], shared: [] as string[], newer: '' };
  const seen = new Map<string, number>();
  let pages = 0;
  let ended = false;
  let refused: number[] = [];
  let close = async () => {};

  before(async () => {
    const sandbox = await startHubSpotSandbox({ port: 0, segmentLagMs: 0, rateLimit: false, seed: { seed: 'synthetic', count: 250 } });
    close = () => sandbox.close();
    const person = hubspotPerson(sandbox.url);
    const write = async (from: number) => {
      const inputs = Array.from({ length: batch }, (_, i) => ({ properties: { email: `p${from + i}@shared.example` } }));
      const { results } = await person.api('POST', '/crm/v3/objects/contacts/batch/create', { inputs }) as { results: { id: string }[] };
      ids.shared.push(...results.map(({ id }) => id));
    };
    await person.control('POST', 'clock', { stopped: true });
    for (let n = 0; n < shared; n += batch) await write(n);
    await person.control('POST', 'clock', { stopped: false, advanceMs: 1_000 });
    ids.newer = await person.create({ email: 'late@newer.example' });
    const { requests: earlier } = await person.control('GET', 'requests') as { requests: object[] };
    const hubspot = createHubSpot({ baseUrl: sandbox.url, auth: { kind: 'token', token: 'pat-sandbox' }, limiter: createLimiter() });
    let position: ChangePosition = { time: new Date(0).toISOString(), afterId: null };
    while (!ended && pages < mostPages) {
      const { contacts, next, more } = await hubspot.changedContacts(position, ['email'], { lane: 'retry' });
      for (const { id } of contacts) seen.set(id, (seen.get(id) ?? 0) + 1);
      [position, pages, ended] = [next, pages + 1, !more];
    }
    const { requests } = await person.control('GET', 'requests') as { requests: { status: number }[] };
    refused = requests.slice(earlier.length).flatMap(({ status }) => (status === 200 ? [] : [status]));
  });
  after(() => close());

  test('R1 over 10,000 contacts share one modified time: the read ends, each contact seen once', () => {
    assert.equal(ended, true, `the walk goes on after ${pages} pages`);
    assert.equal(ids.shared.filter((id) => !seen.has(id)).length, 0, 'all of them are seen');
    assert.equal(ids.shared.filter((id) => seen.get(id) !== 1).length, 0, 'none is seen twice');
  });

  test('R2 search beyond row 10,000 answers 400: the window is split, no change is lost', () => {
    assert.deepEqual(refused, [], 'no search reached beyond the 10,000th row');
    assert.equal(seen.size, 250 + shared + 1);
    assert.equal(seen.has(ids.newer), true, 'the change behind them all is found');
  });
});
