import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { z } from 'zod';
import * as m from '../../workflows/messages.ts';
import { contactsQuery } from '../../workflows/visibility.ts';
import { withFeeds, type FeedsOptions } from '../support/feeds.ts';
import { type testSluice } from '../support/sluice.ts';
import { pendingActivities } from '../support/temporal.ts';
import { until } from '../support/until.ts';

type Sluice = Awaited<ReturnType<typeof testSluice>>;
export type Scene = Awaited<ReturnType<typeof openScene>>;
type Crm = 'hubspot' | 'salesforce';

const pending = z.looseObject({ pending: z.number() });
const idAnswer = z.looseObject({ id: z.string() });

/** One connection with its feeds on for all tests of a suite, which go one after another and keep to people of their own. To be called inside `describe`. */
export function useScene(sluice: Sluice, name: string, options: FeedsOptions = {}): () => Scene {
  const ends: (() => Promise<void>)[] = [];
  let scene: Scene | undefined;
  before(async () => { scene = await openScene({ after: (end) => { ends.push(end); } }, sluice, name, options); });
  after(async () => { for (const end of ends.toReversed()) await end(); });
  return () => scene ?? assert.fail('the scene is not open');
}

async function openScene(t: { after(end: () => Promise<void>): void }, sluice: Sluice, name: string, options: FeedsOptions) {
  const s = await sluice.open(t, name);
  const feeds = await withFeeds(t, s, options);
  const { hubspot, salesforce } = s;
  const control = { hubspot: hubspot.control, salesforce: salesforce.control };
  const working = async (crm: Crm): Promise<boolean> => {
    // In this order: what no longer waits is in an activity, or done.
    if ((await feeds.feed(crm)).waiting > 0) return true;
    // Listening goes on for ever; nobody waits for the reading of joiners.
    return (await pendingActivities(s.client.workflow.getHandle(`changes/${s.connection}/${crm}`))).some(({ name }) => name !== 'subscribeChanges' && name !== 'readJoiners');
  };

  /** Waits until what was told is handed on, and these contacts are at rest. */
  const quiet = async (...ids: string[]): Promise<void> => {
    await until('all webhooks have come', async () => pending.parse(await hubspot.control('GET', 'webhooks')).pending === 0);
    for (const crm of ['hubspot', 'salesforce'] as const) await until(`the ${crm} feed is at rest`, async () => !(await working(crm)));
    for (const id of ids) await s.settled(id);
  };
  /** Does something in a CRM, and waits until its feed has heard of it and handed it on. */
  const heard = async <T>(crm: Crm, act: () => Promise<T>, events = 1): Promise<T> => {
    const { counts } = await feeds.feed(crm);
    const done = await act();
    await until(`the ${crm} feed has heard`, async () => (await feeds.feed(crm)).counts.events >= counts.events + events);
    await quiet();
    return done;
  };
  const become = async (id: string, status: m.ContactStatus): Promise<m.ContactAnswer> => {
    const now = () => s.state(id).catch(() => null);
    await until(`contact ${id} is ${status}`, async () => (await now())?.status === status).catch(async () => assert.fail(`contact ${id} is not ${status} but ${JSON.stringify(await now(), null, 1)}`));
    return s.state(id);
  };
  const settings = (change: m.ChangeSettings) => s.main.executeUpdate(m.changeSettings, { args: [change] });
  const person = {
    /** Leads and Contacts as somebody makes them in Salesforce, who is not Sluice. */
    lead: async (fields: Record<string, unknown>) => idAnswer.parse(await salesforce.control('POST', 'create', { object: 'Lead', fields: { LastName: 'Doe', Company: 'Firm', ...fields } })).id,
    contact: async (fields: Record<string, unknown>) => idAnswer.parse(await salesforce.control('POST', 'create', { object: 'Contact', fields: { LastName: 'Doe', ...fields } })).id,
    edit: (id: string, fields: Record<string, unknown>) => salesforce.control('POST', 'edit', { id, fields }),
    /** In either CRM's screens: delete, undelete, merge, convert, forget. */
    does: (crm: Crm, what: string, body: object) => control[crm]('POST', what, body),
  };

  /** The last of every contact: whoever wrote where nobody should is not always whom a test is about. */
  const lastDecisions = async (): Promise<Record<string, unknown>> => {
    const last: Record<string, unknown> = {};
    for await (const { workflowId } of s.client.workflow.list({ query: contactsQuery(s.connection) })) [last[workflowId]] = await s.client.workflow.getHandle(workflowId).query(m.history);
    return last;
  };

  return {
    ...s, ...feeds, person, quiet, heard, become, settings,
    clearSegment: () => s.main.executeUpdate('clearInclusionSegment'),
    /** A contact that is in sync with a record of its own, as the first sync left it. */
    pair: async (properties: Record<string, string>) => {
      const id = await hubspot.create({ lastname: 'Doe', ...properties });
      const { salesforce: link, ...state } = await become(id, 'in-sync');
      await quiet(id);
      return { id, record: link?.id ?? assert.fail(state.reason) };
    },
    hubspotHas: (id: string, property: string, value: string | null) => until(`${property} of contact ${id} is ${value}`, async () => ((await hubspot.get(id))[property] ?? null) === value),
    salesforceHas: (id: string, field: string, value: unknown) => until(`${field} of ${id} is ${String(value)}`, async () => (await salesforce.get(id.startsWith('003') ? 'Contact' : 'Lead', id))[field] === value),
    /** Nothing is written in either CRM by what `act` leads to. */
    writesNothing: async (act: () => Promise<unknown>, ...ids: string[]): Promise<void> => {
      await quiet(...ids);
      await s.writes();
      await act();
      await quiet(...ids);
      const written = await s.writes();
      assert.deepEqual(written, { hubspot: 0, salesforce: 0 }, written.hubspot + written.salesforce === 0 ? undefined : `written: ${JSON.stringify(written)}; ${JSON.stringify(await lastDecisions())}`);
    },
    /** Waits until the feed has read twice more who joined: then it knows the segment's size, and notices who leaves. */
    sizeKnown: async (): Promise<void> => {
      const before = await hubspot.callsTo(/join-order/);
      await until('the feed has read who joined', async () => (await hubspot.callsTo(/join-order/)) >= before + 2);
    },
  };
}
