import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startConnection } from '../../worker/connection.ts';
import * as m from '../../workflows/messages.ts';
import { resyncStart } from '../../workflows/start.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { pendingActivities, testTemporal } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { toldTo } from './fakes/told.ts';

const temporal = await testTemporal();
const lanes = await Promise.all(Array.from({ length: 6 }, () => testSluice({ temporal })));
type Lane = Awaited<ReturnType<typeof testSluice>>;
type Sluice = Awaited<ReturnType<Lane['open']>>;

/** How credentials, scopes or access are refused, everywhere. */
interface Case {
  name: string;
  system: 'hubspot' | 'salesforce';
  refuse: (s: Sluice) => Promise<unknown>;
  repair?: (s: Sluice) => Promise<unknown>;
  /** What the one problem says, remedy included. */
  problem: RegExp;
  /** What the first contact's activities were told; all others none. */
  code: string;
}

const refusedWith = (system: 'hubspot' | 'salesforce', status: number, body?: unknown) => (s: Sluice) => s[system].fault({ path: system === 'hubspot' ? '/./' : '/^.services.data/', status, rate: 1, ...(body !== undefined && { body }) });
const salesforceSays = (status: number, errorCode: string, message: string) => refusedWith('salesforce', status, [{ message, errorCode }]);
const scope = (change: 'remove' | 'add', name: string) => (s: Sluice) => s.hubspot.control('POST', 'permissions', { [change]: [name] });

const cases: Case[] = [
  { name: 'HubSpot answers 401', system: 'hubspot', refuse: refusedWith('hubspot', 401), problem: /status 401, INVALID_AUTHENTICATION.* Check the credentials, .* then resume the connection\.$/, code: 'INVALID_AUTHENTICATION' },
  { name: 'a scope to write contacts is taken away', system: 'hubspot', refuse: scope('remove', 'crm.objects.contacts.write'), repair: scope('add', 'crm.objects.contacts.write'), problem: /may not write contacts: add the scope crm\.objects\.contacts\.write/, code: 'MISSING_SCOPES' },
  { name: 'a scope to read contacts is taken away', system: 'hubspot', refuse: scope('remove', 'crm.objects.contacts.read'), repair: scope('add', 'crm.objects.contacts.read'), problem: /may not read contacts: add the scope crm\.objects\.contacts\.read/, code: 'MISSING_SCOPES' },
  { name: 'Salesforce ends a session that is new', system: 'salesforce', refuse: salesforceSays(401, 'INVALID_SESSION_ID', 'Session expired or invalid'), problem: /status 401, INVALID_SESSION_ID.* then resume the connection\.$/, code: 'INVALID_SESSION_ID' },
  { name: 'the API is switched off for the org', system: 'salesforce', refuse: salesforceSays(403, 'API_DISABLED_FOR_ORG', 'The REST API is not enabled for this Organization.'), problem: /API_DISABLED_FOR_ORG.* then resume the connection\.$/, code: 'API_DISABLED_FOR_ORG' },
  { name: 'the API is switched off for the moment', system: 'salesforce', refuse: salesforceSays(403, 'API_CURRENTLY_DISABLED', 'API is currently disabled for this User'), problem: /API_CURRENTLY_DISABLED.* then resume the connection\.$/, code: 'API_CURRENTLY_DISABLED' },
];

/** Calls that contacts, pages and feeds make; the connection's own check makes others, once a minute. */
const syncing = /batch\/(read|update)$|\/search$|\/memberships|queryAll$|\/query$|\/composite/;
const spent = async (s: Sluice) => {
  const counts = await Promise.all([s.hubspot.calls(), s.salesforce.calls(), s.salesforce.parts()]);
  return counts.flatMap(({ byRoute }) => Object.entries(byRoute)).filter(([route]) => syncing.test(route) && !route.endsWith('lists/search'));
};

async function people(s: Sluice, names: string[]): Promise<{ id: string; record: string }[]> {
  return Promise.all(names.map(async (name) => {
    const id = await s.hubspot.create({ email: `${name}@firm.example`, lastname: name });
    const { status, reason, salesforce } = await s.sync(id);
    assert.equal(status, 'in-sync', reason);
    return { id, record: salesforce?.id ?? '' };
  }));
}

const trigger = (s: Sluice, { id }: { id: string }) => s.client.workflow.getHandle(`contact/${s.connection}/${id}`).signal(m.changed, { source: 'hubspot', kind: 'change' });
const isHeld = async (s: Sluice, { id }: { id: string }) => {
  await until(`contact ${id} waits`, async () => (await s.state(id)).status === 'paused');
  return s.state(id);
};

async function holds(s: Sluice, { system, refuse, repair, problem, code }: Case): Promise<void> {
  const [first, ...others] = await people(s, ['ada', 'grace', 'jean']) as [{ id: string; record: string }, ...{ id: string; record: string }[]];
  const inOrder = await s.main.query(m.health);
  // Whichever call is refused, a sync makes it.
  for (const { record } of [first, ...others]) await s.salesforce.edit('Lead', record, { City: 'Oslo' });
  await refuse(s);
  await trigger(s, first);
  const state = await isHeld(s, first);
  const health = await s.main.query(m.health);
  assert.deepEqual([health.status, health.problems.length, health.warnings], ['not-ready', 1, []]);
  assert.match(health.problems[0] ?? '', problem);
  assert.deepEqual([state.reason, state.error, state.pending], [health.problems[0], null, 1]);
  assert.match(state.next ?? '', /once the connection is resumed/);
  assert.deepEqual((await toldTo(s, first.id)).map(({ error, retry }) => [error.category, error.code, retry]), [['authentication', code, 'hold']]);

  // From here on nobody calls either CRM but the connection's check.
  await s.writes();
  const resync = await s.client.workflow.start('segmentResync', resyncStart(s.connection, 'all', {}));
  for (const one of others) await trigger(s, one);
  for (const one of others) assert.equal((await isHeld(s, one)).error, null);
  for (const { id } of others) assert.deepEqual(await toldTo(s, id), []);
  await trigger(s, first);
  await until('the resync waits too', async () => (await pendingActivities(resync)).some(({ type }) => type === 'ConnectionNotReady'));
  assert.deepEqual(await spent(s), []);
  assert.equal((await isHeld(s, first)).pending, 1, 'many triggers are one sync');

  await s[system].noFaults();
  await repair?.(s);
  await s.main.signal(m.resume);
  await until('all have synced by themselves', async () => (await Promise.all([first, ...others].map(async ({ id }) => (await s.state(id)).status === 'in-sync' && (await s.hubspot.get(id))['city'] === 'Oslo'))).every(Boolean));
  assert.deepEqual(await s.main.query(m.health), inOrder);
  const { checked } = await resync.result() as m.ResyncProgress;
  assert.equal(checked, 3);
}

describe('section 8, auth: refused credentials hold the connection', { concurrency: true }, () => {
  const [first, second, third, fourth, fifth, sixth] = lanes as [Lane, Lane, Lane, Lane, Lane, Lane];
  test('HubSpot refuses: one alert, no call and no error of a contact, and all goes on after a resume', async (t) => {
    for (const one of cases.filter(({ system }) => system === 'hubspot')) await t.test(one.name, async (u) => holds(await first.open(u, 'held'), one));
  });

  test('Salesforce refuses: the same', async (t) => {
    for (const one of cases.filter(({ system }) => system === 'salesforce')) await t.test(one.name, async (u) => holds(await second.open(u, 'held'), one));
  });

  test('a token that HubSpot revokes: feeds wait without a call, and a worker with other credentials has all go on', async (t) => {
    const s = await third.open(t, 'revoked');
    await withFeeds(t, s, { delayMs: null, feeds: { hubspotPollSeconds: 1, salesforcePollAloneSeconds: 1, changeDataCapture: false } });
    const [ada] = await people(s, ['ada']) as [{ id: string; record: string }];
    const health = async () => ({ ...await s.main.query(m.health), calls: null });
    const inOrder = await health();
    await s.hubspot.edit(ada.id, { city: 'Oslo' });
    await s.hubspot.control('POST', 'revoke', { token: 'pat-sandbox' });
    await trigger(s, ada);
    await isHeld(s, ada);
    for (const crm of ['hubspot', 'salesforce']) {
      await until(`the ${crm} feed waits`, async () => (await pendingActivities(s.client.workflow.getHandle(`changes/${s.connection}/${crm}`))).some(({ type }) => type === 'ConnectionNotReady'), 90_000);
    }
    await s.writes();
    await sleep(3_000);
    assert.deepEqual(await spent(s), []);
    await s.restartWorker({ kind: 'oauth', clientId: 'sandbox', clientSecret: 'sandbox', refreshToken: 'sandbox-refresh' });
    await until('she has synced', async () => (await s.state(ada.id)).status === 'in-sync' && (await s.salesforce.get('Lead', ada.record))['City'] === 'Oslo');
    assert.deepEqual(await health(), inOrder);
  });

  test('a session that ends is renewed once; where that is refused the connection is held, and says which way', async (t) => {
    const s = await fifth.open(t, 'login');
    const [ada] = await people(s, ['ada']) as [{ id: string; record: string }];
    const health = async () => ({ ...await s.main.query(m.health), calls: null });
    const inOrder = await health();
    await s.hubspot.edit(ada.id, { city: 'Oslo' });
    await sleep(61_000); // a session that is refused when younger is not helped by another
    const refuseLogin = (error: string) => s.salesforce.fault({ path: '/services/oauth2/token', status: 400, body: { error, error_description: 'the login is refused' }, rate: 1 });
    await refuseLogin('invalid_grant');
    await s.salesforce.control('POST', 'revoke', { kind: 'access' });
    await trigger(s, ada);
    assert.match((await isHeld(s, ada)).reason, /log in \(status 400, invalid_grant\).* then resume the connection\.$/);
    assert.deepEqual((await toldTo(s, ada.id)).map(({ error, retry }) => [error.category, error.code, retry]), [['authentication', 'invalid_grant', 'hold']]);
    assert.equal((await s.salesforce.faults())[0]?.hits, 2, 'one renewal for her, and one login by the check');
    await s.salesforce.noFaults();
    await refuseLogin('invalid_client');
    await s.main.signal(m.check);
    await until('health says so', async () => /invalid_client/.test((await s.main.query(m.health)).problems[0] ?? ''));
    await s.salesforce.noFaults();
    s.salesforce.forgetLogin();
    await s.main.signal(m.resume);
    await until('she has synced', async () => (await s.state(ada.id)).status === 'in-sync' && (await s.salesforce.get('Lead', ada.record))['City'] === 'Oslo');
    assert.deepEqual(await health(), inOrder);
  });

  test('a grant that HubSpot takes back shows at the next renewal, which is made once', async (t) => {
    const s = await sixth.open(t, 'grant');
    const [ada] = await people(s, ['ada']) as [{ id: string; record: string }];
    await s.hubspot.control('POST', 'settings', { tokenTtlMs: 4_000 });
    t.after(async () => { await s.hubspot.control('POST', 'settings', { tokenTtlMs: 1_800_000 }); });
    await s.restartWorker({ kind: 'oauth', clientId: 'sandbox', clientSecret: 'sandbox', refreshToken: 'sandbox-refresh' });
    await s.sync(ada.id);
    await s.hubspot.edit(ada.id, { city: 'Oslo' });
    await s.hubspot.control('POST', 'revoke', { token: 'sandbox-refresh' });
    await sleep(4_000);
    await trigger(s, ada);
    assert.match((await isHeld(s, ada)).reason, /renew the access token \(status 400, (invalid_grant|BAD_REFRESH_TOKEN)/);
    await s.restartWorker();
    await startConnection(s.client, s.connection); // as every worker does that starts; else the connection looks once a minute
    await until('she has synced', async () => (await s.state(ada.id)).status === 'in-sync' && (await s.salesforce.get('Lead', ada.record))['City'] === 'Oslo');
  });

  test('a scope that one call alone needs: the contact shows it, health warns once, nothing is tried again until somebody resumes', async (t) => {
    const s = await fourth.open(t, 'path');
    const inOrder = await s.main.query(m.health);
    const [ada, grace] = await people(s, ['ada', 'grace']) as [{ id: string; record: string }, { id: string; record: string }];
    await s.hubspot.edit(ada.id, { city: 'Oslo' });
    await s.hubspot.fault({ path: '/batch.read$/', status: 403, rate: 1 });
    await trigger(s, ada);
    await until('she shows it', async () => (await s.state(ada.id)).status === 'error');
    const { error, pending, next } = await s.state(ada.id);
    assert.deepEqual([error?.category, error?.code, error?.nextAttemptAt, pending], ['authentication', 'MISSING_SCOPES', null, 1]);
    assert.match(next ?? '', /then resume the connection\.$/);
    const { status, problems, warnings } = await s.main.query(m.health);
    assert.deepEqual([status, problems, warnings.slice(1)], ['ready', [], inOrder.warnings]);
    assert.match(warnings[0] ?? '', /read contacts \(status 403, MISSING_SCOPES\).* then resume the connection\.$/);
    await s.writes();
    await sleep(3_000);
    assert.deepEqual(await spent(s), [], 'no loop');
    await trigger(s, grace);
    await until('the next says so too', async () => (await s.state(grace.id)).status === 'error');
    assert.equal((await s.main.query(m.health)).warnings.length, warnings.length);
    await s.hubspot.noFaults();
    await s.main.signal(m.resume);
    for (const { id } of [ada, grace]) await until('it has synced', async () => (await s.state(id)).status === 'in-sync' && (await s.state(id)).pending === 0);
    assert.equal((await s.salesforce.get('Lead', ada.record))['City'], 'Oslo');
    assert.deepEqual({ ...await s.main.query(m.health), calls: null }, { ...inOrder, calls: null });
  });
});
