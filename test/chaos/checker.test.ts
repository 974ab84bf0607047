import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { checkChaos } from '../../bench/chaos/check.ts';
import { findLeaks, textsIn } from '../../bench/chaos/secrets.ts';
import type { ChaosStory, PersonaStory } from '../../bench/chaos/story.ts';
import { a, at, b, contact, joined, lead, persona, record, recordA, recordB, run, story, values, write } from './stories.ts';

const invariants = (told: ChaosStory): string[] => [...new Set(checkChaos(told).violations.map(({ invariant }) => invariant))].sort();
const roles: PersonaStory['role'][] = ['merged in HubSpot', 'merged in Salesforce', 'deleted in HubSpot', 'deleted in Salesforce', 'restored in HubSpot', 'restored in Salesforce', 'new in HubSpot', 'new in Salesforce', 'imported'];

describe('the checker of chaos', () => {
  test('finds nothing wrong where all went well, whatever the role', () => {
    assert.deepEqual(invariants(story()), []);
    for (const role of roles) assert.deepEqual(invariants(story({ cast: [persona(role)] })), [], role);
    for (const role of ['new in Salesforce', 'imported'] as const) assert.deepEqual(invariants(story({ cast: [persona(role, { joined: true, statuses: ['in-sync'] })] })), [], role);
  });

  test('finds the rules broken of an ordinary contact', () => {
    const [one] = story().soak.contacts;
    assert.ok(one);
    const lost = { ...one, final: { hubspot: values({ jobtitle: 'Title 2' }), salesforce: values({ jobtitle: 'Title 1' }) } };
    assert.deepEqual(invariants(story({ soak: { contacts: [lost], writes: [] } })), ['the last edit does not stand on both sides']);
    assert.deepEqual(invariants(story({ soak: { contacts: [{ ...one, status: 'error' }] } })), ['a contact in error']);
    assert.deepEqual(invariants(story({ soak: { callsInWatch: 2 } })), ['a write after the last needed one']);
  });

  test('finds a role that ended otherwise: a difference, another status, somebody missing or too many', () => {
    const restored = [persona('restored in Salesforce')];
    const good = story({ cast: restored }).end;
    const differ = { ...good, records: [...good.records.slice(0, 1), record(recordA, a, '61', { jobtitle: null })] };
    assert.deepEqual(invariants(story({ cast: restored, end: differ })), ['a member whose sides differ']);
    const stranger = { ...good, records: [...good.records.slice(0, 1), record(recordA, a, '61', { jobtitle: 'Last title', fax: '+1' })] };
    assert.deepEqual(invariants(story({ cast: restored, end: stranger })), ['a member whose sides differ', 'a value that nobody wrote']);
    assert.deepEqual(invariants(story({ cast: [persona('restored in Salesforce', { lastEdit: { side: 'hubspot', jobtitle: 'Later' } })] })), ['the last edit does not stand on both sides']);
    assert.deepEqual(invariants(story({ cast: [persona('restored in Salesforce', { statuses: ['deleted'] })] })), ['another status than its role explains']);
    assert.deepEqual(invariants(story({ cast: restored, end: { ...good, records: [...good.records.slice(0, 1), record(recordA, a, null, { jobtitle: 'Last title' })] } })), ['a record without its contact\'s id']);
    assert.deepEqual(invariants(story({ cast: restored, end: { ...good, contacts: good.contacts.slice(0, 1) } })), ['somebody is missing']);
  });

  test('finds somebody deleted who was made anew, and a merge that was taken for a delete or for a new contact', () => {
    const again = [persona('deleted in Salesforce')];
    const remade = { ...story({ cast: again }).end, records: [record(lead, 'person0@soak.example', '51'), record(recordB, a, '61', { jobtitle: 'Last title' })] };
    assert.deepEqual(invariants(story({ cast: again, end: remade })), ['somebody is there who must not be']);
    const merged = [persona('merged in Salesforce')];
    const { end } = story({ cast: merged });
    assert.deepEqual(invariants(story({ cast: merged, end: { ...end, contacts: end.contacts.filter(({ id }) => id !== '62') } })), ['somebody is missing']);
    const survivor = [persona('merged in HubSpot')];
    const whole = story({ cast: survivor }).end;
    assert.deepEqual(invariants(story({ cast: survivor, end: { ...whole, records: [...whole.records, record('00Q00000000000CAAA', 'c@soak.example', '63')] } })),
      ['somebody is there who must not be', 'two records with one external id']);
  });

  test('finds an import that filled, and a creation past the gate that was linked, outside the segment', () => {
    const imported = [persona('imported')];
    const { end } = story({ cast: imported });
    const filled = { ...end, contacts: [...end.contacts.slice(0, 1), contact('61', a, { jobtitle: 'Last title' })] };
    assert.deepEqual(invariants(story({ cast: imported, end: filled })), ['an imported contact filled though it is outside the segment']);
    const created = [persona('new in Salesforce')];
    const linked = { ...end, records: [...end.records.slice(0, 1), record(recordA, a, '61', { jobtitle: 'Last title' })] };
    assert.deepEqual(invariants(story({ cast: created, end: linked })), ['a record linked though its contact is outside the segment']);
    const empty = { ...end, records: [...end.records.slice(0, 1), record(recordA, a, null, { fax: '+1' })] };
    assert.deepEqual(invariants(story({ cast: [persona('new in Salesforce', { known: { fax: ['+1'] } })], end: empty })), ['a pass that did not bring all values']);
  });

  test('finds duplicates, by email in either CRM and by external id', () => {
    const { end } = story();
    const twin = { ...end, contacts: [...end.contacts, contact('52', 'Person0@soak.example')] };
    assert.deepEqual(invariants(story({ end: twin })), ['two contacts with one email']);
    assert.deepEqual(invariants(story({ end: { ...end, records: [...end.records, record(recordB, 'person0@soak.example', null)] } })), ['two records with one email']);
    assert.deepEqual(invariants(story({ end: { ...end, records: [...end.records, record(recordB, b, '51')] } })), ['two records with one external id']);
    assert.deepEqual(invariants(story({ end: { ...end, records: [...end.records, { ...record(recordB, 'person0@soak.example', '51'), converted: true }] } })), [], 'a Lead that was converted');
  });

  test('finds a write outside the gate, and gives one that was on its way while answers were late some seconds more', () => {
    const left = (seconds: number) => ({ memberships: [joined('51', -100), { segmentId: '1', hubspotId: '51', change: 'left' as const, at: at(seconds) }] });
    assert.deepEqual(invariants(story({ soak: left(-30) })), ['a write begun more than 5 s after the contact left']);
    const late = checkChaos(story({ soak: left(-10) }));
    assert.deepEqual([late.violations, late.slips.length], [[], 1]);
    assert.deepEqual(invariants(story({ soak: { writes: [...story().soak.writes, write(12, 'salesforce', recordB, { jobtitle: 'Title 2' })] } })), ['a write of a record that nobody knows']);
  });

  test('counts the two exceptions of the gate apart, and finds a second pass', () => {
    const create = write(20, 'hubspot', '61', {}, { kind: 'create' });
    const fill = write(21, 'hubspot', '61', { jobtitle: 'Last title' });
    const created = (...writes: typeof fill[]) => story({ cast: [persona('new in Salesforce', { synced: false })], soak: { writes: [...story().soak.writes, ...writes] } });
    const once = checkChaos(created(create, fill));
    assert.deepEqual([once.violations, once.passes], [[], { creation: 2, import: 0 }]);
    assert.deepEqual(invariants(created(create, fill, write(40, 'hubspot', '61', { phone: '+1' }))), ['a write of a contact that never was a member']);
    const imported = (...writes: typeof fill[]) => story({ cast: [persona('imported', { synced: false })], soak: { writes: [...story().soak.writes, ...writes] } });
    assert.deepEqual(checkChaos(imported(create)).passes, { creation: 0, import: 1 });
    assert.deepEqual(invariants(imported({ ...create, values: { jobtitle: 'Last title' } })), ['a write of a contact that never was a member'], 'more than the email');
    assert.deepEqual(invariants(imported(create, write(22, 'salesforce', recordA, {}, { claim: true }))), ['a write of a contact that never was a member']);
  });

  test('gives a contact outside one pass when its Lead is converted, unless it was linked before', () => {
    const [one] = story().soak.contacts;
    assert.ok(one);
    const converted = { ...one, edits: [], synced: false, converted: { sent: at(20), done: at(20) }, records: [lead, '003000000000001AAA'] };
    const told = (...writes: ReturnType<typeof write>[]) => story({ soak: { contacts: [converted], memberships: [], writes } });
    const passed = write(21, 'hubspot', '51', {});
    const { violations, passes } = checkChaos(told(passed));
    assert.deepEqual([violations.filter(({ invariant }) => /write of/.test(invariant)), passes.creation], [[], 1]);
    const joinedLater = story({ soak: { contacts: [converted], memberships: [joined('51', 25)], writes: [passed, write(30, 'salesforce', lead, {}, { claim: true })] } });
    assert.deepEqual(checkChaos(joinedLater).violations.filter(({ invariant }) => /write of/.test(invariant)), [], 'it joins and is claimed later');
    for (const writes of [[passed, write(30, 'hubspot', '51', {})], [write(19, 'hubspot', '51', {})], [write(10, 'salesforce', lead, {}, { claim: true }), passed]]) {
      assert.ok(invariants(told(...writes)).includes('a write of a contact that never was a member'));
    }
  });

  test('finds a delete, which no setting asks for', () => {
    assert.deepEqual(invariants(story({ soak: { writes: [...story().soak.writes, write(12, 'salesforce', lead, {}, { kind: 'delete' })] } })), ['a delete that nobody asked for']);
  });

  test('finds stuck and failed workflows, activities that still fail, and trouble with the connection', () => {
    assert.deepEqual(invariants(story({ workflows: [run({ taskAttempt: 3 })] })), ['a stuck workflow']);
    assert.deepEqual(invariants(story({ workflows: [run({ failedTasks: ['cause 24: nondeterminism'] })] })), ['a failed workflow task']);
    const misordered = ['cause 24: [TMPRL1100] Nondeterminism error: Update machine does not handle this event: HistoryEvent(id: 77, ActivityTaskScheduled)'];
    const anew = 'cause 8: What this code wrote no replay comes to: the run begins anew before it.';
    assert.deepEqual(invariants(story({ workflows: [run({ failedTasks: misordered })] })), ['a failed workflow task'], 'which nothing has begin anew');
    assert.deepEqual(invariants(story({ workflows: [run({ status: 'TERMINATED', failedTasks: misordered }), run({ failedTasks: [...misordered, anew] })] })), [], 'which began anew');
    assert.deepEqual(invariants(story({ workflows: [run({ status: 'TERMINATED', failedTasks: ['cause 5: Workflow is not defined'] })] })).toSorted(), ['a failed workflow task', 'a run that ended badly']);
    assert.deepEqual(invariants(story({ workflows: [run({ type: 'connection', status: 'TERMINATED' })] })), ['a run that ended badly']);
    assert.deepEqual(invariants(story({ workflows: [run({ status: 'FAILED' })] })), ['a run that ended badly']);
    assert.deepEqual(invariants(story({ workflows: [run({ status: 'CONTINUED_AS_NEW' }), run({ status: 'COMPLETED' })] })), []);
    assert.deepEqual(invariants(story({ workflows: [run({ retrying: [{ activity: 'readPair', attempt: 9, failure: 'no' }] })] })), ['an activity that still fails']);
    assert.deepEqual(invariants(story({ cameToRest: false })), ['rest']);
    assert.deepEqual(invariants(story({ troubles: ['it is not-ready'] })), ['trouble with the connection']);
    assert.deepEqual(invariants(story({ deaths: ['The worker ended with code 1'] })), ['a worker that ended by itself']);
  });

  test('finds a secret in a history, in what is printed, and in an error, and repeats no more of it than six characters', () => {
    const secrets = ['oauth-0123456789abcdef', '00D000000000001!AQsecretsecret'];
    const payload = { metadata: {}, data: Buffer.from(JSON.stringify({ token: secrets[1] })) };
    const history = { events: [{ activityTaskFailedEventAttributes: { failure: { message: `refused: ${secrets[0]}`, cause: null } } }, { workflowExecutionSignaledEventAttributes: { input: { payloads: [payload] } } }] };
    const leaks = findLeaks('a history', textsIn(history), secrets);
    assert.deepEqual(leaks.map(({ secret }) => secret).sort(), ['00D000...', 'oauth-...']);
    assert.deepEqual(invariants(story({ leaks })), ['a leaked secret']);
    assert.deepEqual(findLeaks('a line', ['authorization: Bearer abcdefghijklmnop'], secrets), [{ where: 'a line', secret: 'abcdef...' }]);
    assert.deepEqual(findLeaks('a line', ['an OAuth client was refused', 'oauth2 token renewed'], secrets), []);
  });

  test('shares no code with the rules, nor do the checks that it takes from the soak', async () => {
    const bench = join(import.meta.dirname, '../../bench');
    const seen = new Set<string>();
    const follow = async (file: string): Promise<void> => {
      if (seen.has(file)) return;
      seen.add(file);
      const source = await readFile(file, 'utf8');
      for (const [, path = ''] of source.matchAll(/^import .*?from '(\.[^']+)'/gm)) await follow(join(file, '..', path));
    };
    await follow(join(bench, 'chaos/check.ts'));
    const folders = new Set([...seen].map((file) => file.slice(bench.length - 'bench'.length).split('/')[0]));
    assert.deepEqual([...folders], ['bench']);
    assert.ok(seen.size >= (await readdir(join(bench, 'chaos'))).filter((name) => name.startsWith('check')).length);
  });
});
