import { WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter, type SearchAttributePair, type TypedSearchAttributes } from '@temporalio/common';
import type { Bypass, Handover } from '../sync/handover.ts';
import type { ErrorCategory, HubSpotContactId, SalesforceId } from '../sync/records.ts';
import type * as messages from '../workflows/messages.ts';
import { ErrorCategoryKey, HubSpotId, InSegment, LastSyncedAt, SalesforceIdKey, SyncStatus } from '../workflows/search-attributes.ts';
import { workflowIds } from '../workflows/ids.ts';
import { contactStart } from '../workflows/start.ts';
import { attentionQuery, contactsQuery } from '../workflows/visibility.ts';
import { chunks } from './crm/chunks.ts';
import type { World } from './world.ts';

/** What a contact's workflow is told; it is started where there is none. */
export type ContactNews =
  | { signal: 'changed'; input: messages.Changed }
  | { signal: 'look' }
  | { signal: 'inherit'; input: messages.Inherit }
  | { signal: 'adopt'; input: Handover | Bypass };

/** Signals one contact's workflow, which starts with it where it does not run (signal-with-start). */
export async function tellContact(world: World, hubspotId: HubSpotContactId, news: ContactNews): Promise<void> {
  const { connection, client } = world;
  await client.workflow.signalWithStart('contactSync', { ...contactStart(connection, hubspotId), signal: news.signal, signalArgs: ['input' in news ? news.input : {}] });
}

/** Gives a contact what a page wrote: with the start of its workflow, which is one action where a signal would be a second; where it runs already, by `adopt`. */
export async function handOverTo(world: World, handover: Handover): Promise<void> {
  const { connection, client } = world;
  const { hubspotId, name } = handover;
  const start = contactStart(connection, hubspotId);
  try {
    await client.workflow.start('contactSync', { ...start, args: [{ look: false, adopt: handover }], typedSearchAttributes: [...start.typedSearchAttributes, ...attributesOf(handover)], memo: { name } });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await tellContact(world, hubspotId, { signal: 'adopt', input: handover });
  }
}

/** What the workflow would set first thing: given at the start, it costs no event of its own. */
function attributesOf({ outcome, link, membership, at }: Handover): SearchAttributePair[] {
  const { status } = outcome;
  const pairs: SearchAttributePair[] = [{ key: SyncStatus, value: status }];
  if (status === 'error') pairs.push({ key: ErrorCategoryKey, value: outcome.error.category });
  if (link !== null) pairs.push({ key: SalesforceIdKey, value: link.id });
  if (membership.kind === 'member' || membership.kind === 'outside') pairs.push({ key: InSegment, value: membership.kind === 'member' });
  if (status === 'in-sync' || status === 'error') pairs.push({ key: LastSyncedAt, value: new Date(at) });
  return pairs;
}

/** What visibility has of a contact's workflow, a moment late. */
export interface KnownContact {
  status: string | null;
  inSegment: boolean | null;
  salesforceId: SalesforceId | null;
  /** Epoch ms. */
  syncedAt: number | null;
}

const knownFrom = (found: TypedSearchAttributes): KnownContact => ({
  status: found.get(SyncStatus) ?? null, inSegment: found.get(InSegment) ?? null,
  salesforceId: (found.get(SalesforceIdKey) ?? null) as SalesforceId | null, syncedAt: found.get(LastSyncedAt)?.getTime() ?? null,
});

/** How many contacts have a workflow. */
export const countContacts = async (world: World): Promise<number> => (await world.client.workflow.count(contactsQuery(world.connection))).count;

/** The contacts that are shown in error for this category. */
export async function contactsInError(world: World, category: ErrorCategory): Promise<HubSpotContactId[]> {
  const ids: HubSpotContactId[] = [];
  for await (const { typedSearchAttributes } of world.client.workflow.list({ query: attentionQuery(world.connection, category) })) {
    const id = typedSearchAttributes.get(HubSpotId);
    if (id !== undefined) ids.push(id as HubSpotContactId);
  }
  return ids;
}

const idsPerQuery = 200;

/** Whether any contact has a workflow. */
async function anyContact({ client, connection }: World): Promise<boolean> {
  for await (const _ of client.workflow.list({ query: contactsQuery(connection), pageSize: 1 })) return true;
  return false;
}

/** The search attributes of those whose `attribute` is one of these ids: one visibility query per 200, and of many only where any contact has a workflow. */
async function* foundBy(world: World, attribute: typeof HubSpotId, ids: readonly string[], more = ''): AsyncGenerator<TypedSearchAttributes> {
  // The server reads each id of a query: as long as the data of a first fill is far ahead of the workflows, one short question answers for a page.
  if (ids.length > idsPerQuery && !(await anyContact(world))) return;
  for (const some of chunks(ids, idsPerQuery)) {
    // A page that is full is followed by a question for the next one.
    for await (const { typedSearchAttributes } of world.client.workflow.list({ query: oneOf(world, attribute, some, more), pageSize: idsPerQuery + 1 })) yield typedSearchAttributes;
  }
}

const oneOf = ({ connection }: World, attribute: typeof HubSpotId, ids: readonly string[], more = ''): string =>
  `${contactsQuery(connection)}${more} AND ${attribute.name} IN (${ids.map((id) => `'${id}'`).join(',')})`;

/** Whether all of these are shown in sync: one question for up to 200, at a quarter of what it costs to have them listed. */
export async function allInSync(world: World, ids: readonly HubSpotContactId[]): Promise<boolean> {
  for (const some of chunks(ids, idsPerQuery)) {
    const { count } = await world.client.workflow.count(oneOf(world, HubSpotId, some, " AND SyncStatus = 'in-sync'"));
    if (count !== some.length) return false;
  }
  return true;
}

/** Which of these contacts have a workflow. */
export async function knownContacts(world: World, ids: readonly HubSpotContactId[]): Promise<Map<HubSpotContactId, KnownContact>> {
  const known = new Map<HubSpotContactId, KnownContact>();
  for await (const found of foundBy(world, HubSpotId, ids)) {
    const id = found.get(HubSpotId);
    if (id !== undefined) known.set(id as HubSpotContactId, knownFrom(found));
  }
  return known;
}

/** The contacts whose workflows have linked these records, claimed or not, by record; a deleted or merged contact holds none. */
export async function holdersOf(world: World, records: readonly SalesforceId[]): Promise<Record<string, HubSpotContactId>> {
  const holders: Record<string, HubSpotContactId> = {};
  for await (const { record, id } of linkedTo(world, records, " AND SyncStatus NOT IN ('deleted','merged')")) holders[record] = id;
  return holders;
}

/** Whoever has linked these records, deleted contacts too: an undelete revives their link. */
export async function contactsOf(world: World, records: readonly SalesforceId[]): Promise<Map<SalesforceId, { id: HubSpotContactId; known: KnownContact }>> {
  const contacts = new Map<SalesforceId, { id: HubSpotContactId; known: KnownContact }>();
  for await (const { record, id, known } of linkedTo(world, records)) contacts.set(record, { id, known });
  return contacts;
}

async function* linkedTo(world: World, records: readonly SalesforceId[], more = ''): AsyncGenerator<{ record: SalesforceId; id: HubSpotContactId; known: KnownContact }> {
  for await (const found of foundBy(world, SalesforceIdKey, records, more)) {
    const [record, id] = [found.get(SalesforceIdKey), found.get(HubSpotId)];
    if (record !== undefined && id !== undefined) yield { record: record as SalesforceId, id: id as HubSpotContactId, known: knownFrom(found) };
  }
}

/** Signals a contact's workflow if it runs; whether it did. */
export async function tellIfRunning({ client, connection }: World, hubspotId: HubSpotContactId, input: messages.Changed): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowIds.contact(connection, hubspotId)).signal('changed', input);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

const workflowsPerPage = 200;

interface WorkflowPage {
  contacts: { id: HubSpotContactId; status: string | null }[];
  next: string | null;
}

/** One page of the contacts that have a workflow, in visibility's order; `after` and `next` are its page tokens. */
export const contactWorkflows = (world: World, after: string | null): Promise<WorkflowPage> => workflowPage(world, contactsQuery(world.connection), after, workflowsPerPage);

const inNeedPerPage = 1_000;

/** The contacts that need attention, in the same order. One that goes on in a new run meanwhile is passed over: it has just tried. */
export async function contactsInNeed(world: World, category: messages.AttentionCategory | null, after: string | null): Promise<{ ids: HubSpotContactId[]; after: string | null; total: number | null }> {
  const query = attentionQuery(world.connection, category);
  const total = after === null ? (await world.client.workflow.count(query)).count : null;
  const { contacts, next } = await workflowPage(world, query, after, inNeedPerPage);
  return { ids: contacts.map(({ id }) => id), after: next, total };
}

async function workflowPage(world: World, query: string, after: string | null, pageSize: number): Promise<WorkflowPage> {
  const { executions, nextPageToken } = await world.client.workflowService.listWorkflowExecutions({
    namespace: world.client.options.namespace, pageSize, query,
    ...(after !== null && { nextPageToken: Buffer.from(after, 'base64') }),
  });
  const contacts = executions.flatMap(({ execution, searchAttributes }) => {
    const { [HubSpotId.name]: id, [SyncStatus.name]: status } = searchAttributes?.indexedFields ?? {};
    const hubspotId = id === undefined ? execution?.workflowId?.split('/').at(-1) : defaultPayloadConverter.fromPayload<string>(id);
    return hubspotId === undefined ? [] : [{ id: hubspotId as HubSpotContactId, status: status == null ? null : defaultPayloadConverter.fromPayload<string>(status) }];
  });
  return { contacts, next: nextPageToken && nextPageToken.length > 0 ? Buffer.from(nextPageToken).toString('base64') : null };
}
