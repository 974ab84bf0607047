import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { WorkflowHandle } from '@temporalio/client';
import { rememberedMs as accountsMs } from '../../activities/connection/accounts.ts';
import { rememberedMs as ownersMs } from '../../activities/connection/owners.ts';
import { rememberedMs as schemaMs } from '../../activities/connection/schema.ts';
import { newSettings } from '../../sync/settings.ts';
import * as m from '../../workflows/messages.ts';
import { crms, type Crm } from '../../workflows/ids.ts';
import { withFeeds } from '../support/feeds.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';

const sluice = await testSluice();
const dayMs = 86_400_000;
const longAgoMs = 600_000;
const rounds = 3;
/** Read by whatever comes next once it is older than this, and remembered. */
const remembered = {
  hubspot: { 'GET /account-info/v3/details': accountsMs, 'GET /crm/v3/properties/:objectType': schemaMs, 'GET /crm/v3/owners': ownersMs },
  salesforce: { 'GET /services/data/:version/sobjects/:type/describe': schemaMs, 'GET /services/data/:version/query': ownersMs },
} as const;
/** No API calls in Salesforce. */
const isApi = (route: string): boolean => !/ \/(cometd|services\/oauth2)\//.test(route);

/** How often each activity of a feed ended in its present run, and how many have not; the subscription, which never ends, is left out. */
async function activitiesOf(handle: WorkflowHandle): Promise<{ ended: Record<string, number>; open: number }> {
  const ended: Record<string, number> = {};
  const open = new Map<string, string>();
  for (const event of (await handle.fetchHistory()).events ?? []) {
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name ?? null;
    if (name !== null && name !== 'subscribeChanges') open.set(String(event.eventId), name);
    const of = String((event.activityTaskCompletedEventAttributes ?? event.activityTaskCanceledEventAttributes ?? event.activityTaskFailedEventAttributes)?.scheduledEventId ?? '');
    const over = open.get(of);
    if (over !== undefined) ended[over] = (ended[over] ?? 0) + 1;
    open.delete(of);
  }
  return { ended, open: open.size };
}

describe('a connection with feeds and a segment in which nothing goes on', { concurrency: false }, () => {
  test('makes one call per look at who joined and per poll, and few enough in a day', async (t) => {
    const s = await sluice.open(t, 'idle');
    // All that there is is older than the polls' overlap.
    const setClocks = (advanceMs: number) => Promise.all(crms.map((crm) => s[crm].control('POST', 'clock', { advanceMs })));
    await setClocks(-longAgoMs);
    await s.select(await s.hubspot.segment('Webmail', 'email', ['@gmail.']));
    for (const email of ['ada@gmail.example', 'bob@acme.example']) await s.sync(await s.hubspot.create({ email, lastname: 'Lovelace' }));
    await setClocks(longAgoMs);
    await withFeeds(t, s, { feeds: { joinersSeconds: 1, hubspotPollSeconds: 2, salesforcePollSeconds: 2 } });
    const handles = crms.map((crm) => s.client.workflow.getHandle(`changes/${s.connection}/${crm}`));
    const activities = async () => {
      const all = await Promise.all(handles.map(activitiesOf));
      return { ended: Object.assign({}, ...all.map(({ ended }) => ended)) as Record<string, number>, open: all.reduce((sum, { open }) => sum + open, 0) };
    };
    const each = (definition: typeof m.pause) => Promise.all(handles.map((handle) => handle.signal(definition, {})));
    const atRest = async () => {
      await each(m.pause);
      await until('nothing of the feeds is under way', async () => (await activities()).open === 0);
      return (await activities()).ended;
    };
    const forgetCalls = () => Promise.all([s.hubspot.forgetCalls(), s.salesforce.forgetCalls()]);
    const calls = async () => ({ hubspot: (await s.hubspot.calls()).byRoute, salesforce: (await s.salesforce.calls()).byRoute });

    const since = (now: Record<string, number>, then: Record<string, number>, name: string): number => (now[name] ?? 0) - (then[name] ?? 0);
    const comeRound = async (times: number): Promise<Record<string, number>> => {
      const before = (await activities()).ended;
      await forgetCalls();
      await each(m.resume);
      await until('everything came round', async () => {
        const { ended } = await activities();
        return ['readJoiners', 'pollHubSpot', 'pollSalesforce'].every((name) => since(ended, before, name) >= times);
      });
      return before;
    };

    // A worker that remembers nothing: its first polls read what it does not know.
    await atRest();
    await s.restartWorker();
    await comeRound(1);
    await atRest();
    const first = await calls();

    const before = await comeRound(rounds);
    const after = await atRest();
    const then = await calls();
    const counted = (crm: Crm) => Object.fromEntries(Object.entries(then[crm]).filter(([route]) => isApi(route) && !(route in remembered[crm])));
    assert.deepEqual(counted('hubspot'), {
      'GET /crm/v3/lists/:listId/memberships/join-order': since(after, before, 'readJoiners'), 'POST /crm/v3/objects/contacts/search': since(after, before, 'pollHubSpot'),
    });
    assert.deepEqual(counted('salesforce'), { 'POST /services/data/:version/composite': since(after, before, 'pollSalesforce') });

    const { joinersSeconds, hubspotPollSeconds, salesforcePollSeconds } = newSettings('').feeds;
    const polls = { hubspot: [joinersSeconds, hubspotPollSeconds], salesforce: [salesforcePollSeconds] };
    for (const [crm, most] of [['hubspot', 10_000], ['salesforce', 1_000]] as const) {
      const reads = Object.entries(remembered[crm]).map(([route, ms]) => (first[crm][route] ?? 0) * (dayMs / ms));
      assert.ok(reads.every((n) => n > 0), `${crm}: ${JSON.stringify(first[crm])}`);
      const aDay = [...reads, ...polls[crm].map((seconds) => dayMs / 1000 / seconds)].reduce((sum, n) => sum + n, 0);
      t.diagnostic(`${crm}: ${aDay} calls a day with the default settings`);
      assert.ok(aDay <= most, `${crm}: ${aDay} calls a day with the default settings`);
    }
  });
});
