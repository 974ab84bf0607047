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

  test('after 100 syncs the run at rest has at most 260 events', async (t) => {
    let last = (await s.sync('2')).lastSync?.at;
    for (let syncs = 1; syncs < 100; syncs++) {
      // A run younger than 2 s goes on, however long it is.
      if (syncs === 99) await sleep(2_000);
      const before = last;
      await s.signal('2', m.resync, {});
      await until('the contact has synced', async () => (last = (await s.state('2')).lastSync?.at) !== before);
    }
    const runs = await s.runs('2');
    t.diagnostic(`events of the ${runs.length} runs after 100 syncs: ${runs.map((r) => r.length).join(', ')}`);
    assert.equal(s.of('2').reads, 100);
    assert.ok(runs.length > 1 && (runs.at(-1)?.length ?? 0) <= 260);
  });
});
