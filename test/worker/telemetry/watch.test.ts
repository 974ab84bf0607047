import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { openLog } from '../../../worker/telemetry/log.ts';
import { watchConnection } from '../../../worker/telemetry/watch.ts';
import type { Crm } from '../../../workflows/ids.ts';
import * as m from '../../../workflows/messages.ts';
import type { ContactCounts } from '../../../workflows/visibility.ts';
import { withFeeds } from '../../support/feeds.ts';
import { testSluice } from '../../support/sluice.ts';
import { until } from '../../support/until.ts';

const sluice = await testSluice();
const feedLine = z.object({ level: z.string(), feed: z.string(), events: z.string(), paused: z.boolean(), trouble: z.boolean() });

describe('the watch over a connection', () => {
  test('counts contacts by status, says how far the feeds have read, and logs a feed when its state changes', async (t) => {
    const s = await sluice.open(t, 'watch');
    await withFeeds(t, s);
    const id = await s.hubspot.create({ email: 'ada@firm.example', lastname: 'Lovelace' });
    await s.sync(id);
    const lines: string[] = [];
    const counts: ContactCounts[] = [];
    const readUpTo = new Map<Crm, number>();
    const { client, connection } = s;
    const log = openLog({ level: 'info', format: 'json', connection }, { write: (line) => { lines.push(line); } });
    const metrics = { counted: (one: ContactCounts) => { counts.push(one); }, readUpTo: (crm: Crm, at: number) => { readUpTo.set(crm, at); } };
    const unwatch = watchConnection({ client, connection, feeds: true, log, metrics, everyMs: 200 });
    t.after(unwatch);
    await until('the contact is counted', async () => counts.some(({ byStatus }) => byStatus['in-sync'] === 1));
    await until('both feeds were looked at', async () => readUpTo.size === 2);
    const looks = counts.length;
    await until('the feeds were looked at again', async () => counts.length > looks + 1);
    const feeds = () => lines.map((line) => feedLine.parse(JSON.parse(line))).map(({ level, feed, paused, trouble }) => ({ level, feed, paused, trouble }));
    assert.deepEqual(feeds(), [{ level: 'info', feed: 'hubspot', paused: false, trouble: false }, { level: 'info', feed: 'salesforce', paused: false, trouble: false }]);
    await client.workflow.getHandle(`changes/${connection}/hubspot`).signal(m.pause, {});
    await until('the pause is logged', async () => lines.length === 3);
    assert.deepEqual(feeds().at(-1), { level: 'info', feed: 'hubspot', paused: true, trouble: false });
    assert.deepEqual(counts.at(-1), { byStatus: { 'in-sync': 1 }, errorsByCategory: {} });
    assert.doesNotMatch(lines.join(''), /ada|Lovelace/);
  });
});
