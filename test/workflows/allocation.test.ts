import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();
const requests = z.object({ requests: z.array(z.object({ time: z.number(), url: z.string() })) });

describe('section 9: the API allocation', { concurrency: false }, () => {
  test('a backfill waits at 75 % and says so, live edits go on, and it ends by itself as the window moves', async (t) => {
    const s = await sluice.open(t, 'allocation');
    const [allowed, windowMs] = [40, 25_000];
    const mostOfAPage = 12;
    await s.main.executeUpdate(m.changeSettings, { args: [{ allocation: { salesforce: allowed }, allocationWindow: windowMs / 1000 }] });
    // One pair that was written ten times in a row would be held as a loop.
    const live = await Promise.all(Array.from({ length: 5 }, (_, n) => s.hubspot.create({ email: `live${n}@firm.example`, lastname: `Live ${n}` })));
    for (const id of live) await s.sync(id);
    for (let n = 0; n < 100; n++) await s.salesforce.control('POST', 'create', { object: 'Lead', fields: { LastName: `Lead ${n}`, Company: 'Firm', Email: `lead${n}@firm.example` } });
    let edits = 0;
    const liveEdit = async (): Promise<void> => {
      const id = live[edits % live.length] ?? '';
      edits += 1;
      await s.hubspot.edit(id, { city: `City ${edits}` });
      const city = async () => (await s.handle(id).query(m.history)).filter(({ fields }) => fields.some(({ hubspot, action }) => hubspot === 'city' && action !== 'none')).length;
      const before = await city();
      await s.signal(id, m.changed, { source: 'hubspot', kind: 'propertyChange' });
      await until('the edit has been written', async () => (await city()) > before);
    };
    const backfill = async () => (await s.main.query(m.settings)).budgets.salesforce.shut.backfill;
    for (let n = 0; n < 30 && (await backfill()) === null; n++) await liveEdit();

    const job = s.job('salesforceImport', 'allocated');
    const handle = s.client.workflow.getHandle(`import/${s.connection}/allocated`);
    let progress = null as m.ImportProgress | null;
    await until('the import waits', async () => {
      progress = await handle.query(m.progress).then((now) => (now.job === 'import' ? now : null), () => null);
      return progress?.waits != null;
    });
    assert.match(progress?.waits?.why ?? '', /^Imports, fills and resyncs wait: \d+ of the 40 Salesforce calls allowed in 25 s are used, and they stop at 75 %\. They go on at \S+Z\.$/);
    assert.deepEqual([progress?.phase, progress?.read], ["waiting for the API's allocation", 0]);
    await liveEdit();
    const { calls, warnings } = await s.main.query(m.health);
    assert.ok(calls.salesforce.used >= 30 && calls.salesforce.allowed === allowed, JSON.stringify(calls));
    assert.ok(warnings.some((warning) => warning.startsWith('Imports, fills and resyncs wait')), JSON.stringify(warnings));

    const done = await job;
    assert.deepEqual([done.job === 'import' && done.now.filled, done.waits], [100 + live.length, null]);
    const log = requests.parse(await s.salesforce.control('GET', 'requests')).requests.filter(({ url }) => !/oauth2|cometd/.test(url));
    const most = Math.max(...log.map(({ time }) => log.filter((other) => other.time >= time && other.time < time + windowMs).length));
    assert.ok(most <= allowed + mostOfAPage, `${most} calls in one window`);
    t.diagnostic(`${edits} live edits; at most ${most} of ${allowed} calls in a window`);
  });
});
