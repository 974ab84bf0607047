import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import * as m from '../../workflows/messages.ts';
import { until } from '../support/until.ts';
import { testTemporal, testWorkflowBundle } from '../support/temporal.ts';
import { outside } from './fakes/contacts.ts';
import { openContacts, type OpenContacts } from './fakes/open-contacts.ts';

const temporal = await testTemporal();
const bundle = await testWorkflowBundle();

describe('what a contact leaves in its history', () => {
  let s: OpenContacts;
  before(async () => { s = await openContacts(temporal, bundle, 'history'); });
  after(() => s.stop());

  /** The keys of each upsert of search attributes, and how often the memo was written. */
  const shown = async (id: string) => {
    const events = (await s.runs(id)).flat();
    return {
      upserts: events.flatMap(({ upsertWorkflowSearchAttributesEventAttributes: e }) => (e ? [Object.keys(e.searchAttributes?.indexedFields ?? {}).sort()] : [])),
      memos: events.filter((e) => e.workflowPropertiesModifiedEventAttributes).length,
    };
  };

  test('search attributes and memo are written only when they change, and then only what changed', async () => {
    await s.sync('1');
    const first = await shown('1');
    assert.deepEqual([first.upserts.length, first.memos], [1, 1]);
    for (let looks = 0; looks < 3; looks++) {
      const before = s.of('1').reads;
      await s.signal('1', m.look, {});
      await s.reads('1', before + 1);
      await s.rest('1');
    }
    assert.deepEqual(await shown('1'), first);
    await s.sync('1');
    await until('the last sync is shown', async () => (await shown('1')).upserts.length === 2);
    assert.deepEqual((await shown('1')).upserts[1], ['LastSyncedAt']);
    s.of('1').membership = outside;
    await s.signal('1', m.look, {});
    await until('the new status is shown', async () => (await shown('1')).upserts.length === 3);
    const last = await shown('1');
    assert.deepEqual([last.upserts[2], last.memos], [['InSegment', 'SyncStatus'], 1]);
  });

  test('while it is synced 100 times with a change each, it rests with at most 260 events and 150 KB, and no run hands more than 4 KB to the next', async (t) => {
    let last = (await s.sync('2')).lastSync?.at;
    for (let syncs = 1; syncs < 100; syncs++) {
      // A run younger than 2 s goes on, however long it is.
      if (syncs === 99) await sleep(2_000);
      const before = last;
      s.of('2').values.jobtitle = { salesforce: 'Title', h: `Title ${syncs - 1}`, s: `Title ${syncs}` };
      await s.signal('2', m.resync, {});
      await until('the contact has synced', async () => (last = (await s.state('2')).lastSync?.at) !== before);
    }
    const runs = await Promise.all((await s.runs('2')).map(async (events, n, { length }) => {
      const { originalExecutionRunId, input } = events[0]?.workflowExecutionStartedEventAttributes ?? {};
      const { historySize } = await s.client.workflow.getHandle(s.workflowId('2'), originalExecutionRunId ?? '').describe();
      // A run that ended did so right after its last sync, so it last rested before that.
      const atRest = n === length - 1 ? events.length : events.findLastIndex((event) => event.workflowExecutionSignaledEventAttributes);
      return { atRest, bytes: historySize ?? Infinity, given: input?.payloads?.[0]?.data?.length ?? 0 };
    }));
    t.diagnostic(`the ${runs.length} runs: ${JSON.stringify(runs)}`);
    assert.deepEqual([s.of('2').reads, s.of('2').writes.length], [100, 100]);
    assert.ok(runs.length > 1 && runs.every(({ atRest, bytes, given }) => atRest <= 260 && bytes <= 150 * 1024 && given <= 4_096));
  });
});
