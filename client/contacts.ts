import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { ErrorCategoryKey, HubSpotId, InSegment, LastSyncedAt, SalesforceIdKey, SyncStatus } from '../workflows/search-attributes.ts';
import { contactStart } from '../workflows/start.ts';
import { contactsQuery } from '../workflows/visibility.ts';
import type { Calls } from './calls.ts';
import { SluiceFailure } from './failures.ts';

/** One line of a list of contacts, as visibility has it: a second or so behind. */
export interface ListedContact {
  hubspotId: string;
  name: string | null;
  status: string | null;
  salesforceId: string | null;
  inSegment: boolean | null;
  errorCategory: string | null;
  /** ISO 8601. */
  lastSyncedAt: string | null;
}

const pollMs = 200;
const mostWaitMs = 20_000;

/** What can be asked of and told to single contacts. `hubspotId` is digits. */
export function contactRequests(client: Client, connection: string, calls: Calls) {
  const idOf = (hubspotId: string): string => {
    if (!/^\d+$/.test(hubspotId)) throw new SluiceFailure('not-found', `"${hubspotId}" is no HubSpot contact id: those are digits.`);
    return workflowIds.contact(connection, hubspotId);
  };
  const missing = (hubspotId: string): string => `Nothing is known of contact ${hubspotId}.`;
  /** Tells a contact's workflow, which starts with it where it does not run. */
  const send = async <Input>(hubspotId: string, { name }: SignalDefinition<[Input?]>, input: Input): Promise<void> => {
    idOf(hubspotId);
    const options = { ...contactStart(connection, hubspotId), signal: name, signalArgs: [input] };
    await calls.call(() => client.workflow.signalWithStart('contactSync', options), missing(hubspotId));
  };
  const state = (hubspotId: string): Promise<messages.ContactAnswer> => calls.query(idOf(hubspotId), messages.state, missing(hubspotId));
  /** Asks until the answer will do or the time is up; then the last answer stands. */
  const stateOnce = async (hubspotId: string, does: (answer: messages.ContactAnswer) => boolean): Promise<messages.ContactAnswer> => {
    const deadline = Date.now() + mostWaitMs;
    for (;;) {
      const answer = await state(hubspotId);
      if (does(answer) || Date.now() > deadline) return answer;
      await sleep(pollMs);
    }
  };
  /** A merged contact's workflow has ended and still answers; one that was terminated knows nothing newer. */
  const isKnown = (hubspotId: string): Promise<boolean> => calls.call(async () => {
    try {
      const { status } = await client.workflow.getHandle(idOf(hubspotId)).describe();
      return status.name === 'RUNNING' || status.name === 'COMPLETED';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }, missing(hubspotId));

  /**
   * A contact's state. One without a workflow gets it by this question: it looks at both CRMs and writes nothing.
   * @throws SluiceFailure
   */
  const contact = async (hubspotId: string): Promise<messages.ContactAnswer> => {
    if (!(await isKnown(hubspotId))) await send(hubspotId, messages.look, {});
    return stateOnce(hubspotId, (answer) => answer.settingsVersion > 0); // 0 until it has looked
  };

  return {
    contact,
    /** The last decisions that wrote or lost something, newest first. */
    contactHistory: async (hubspotId: string): Promise<messages.PastDecision[]> => {
      await contact(hubspotId);
      return calls.query(idOf(hubspotId), messages.history, missing(hubspotId));
    },
    /** What a sync of the contact would write now; writes nothing, and works while it is paused. */
    preview: async (hubspotId: string): Promise<messages.Preview> => {
      const { status, mergedInto } = await contact(hubspotId);
      if (status === 'merged') throw new SluiceFailure('refused', `Contact ${hubspotId} was merged in HubSpot into contact ${mergedInto}: ask for that one.`);
      return calls.update(idOf(hubspotId), messages.preview, {});
    },
    /** Has the contact sync now, through the same gate and rules as ever. Answers before it has. */
    resyncContact: (hubspotId: string, reason?: string): Promise<void> => send(hubspotId, messages.resync, reason === undefined ? {} : { reason }),
    /** The state once nothing is under way or due at once any more; the last one after 20 s. */
    settledContact: (hubspotId: string): Promise<messages.ContactAnswer> =>
      stateOnce(hubspotId, ({ status, pending, paused }) => status !== 'syncing' && (pending === 0 || paused || status === 'error' || status === 'paused')),
    /** Answers a review: the id of the record that is meant, `new` or `ignore`. Answers the state after it. @throws SluiceFailure `refused` */
    resolveContact: async (hubspotId: string, salesforceId: string): Promise<messages.ContactAnswer> => {
      await contact(hubspotId);
      return calls.update(idOf(hubspotId), messages.resolve, { salesforceId });
    },
    /** Cancels the delete that is pending. */
    keepContact: (hubspotId: string): Promise<void> => send(hubspotId, messages.keep, {}),
    /** Ends the sync for good and deletes the contact's values from Temporal. */
    forgetContact: async (hubspotId: string, by?: string): Promise<{ forgotten: string }> => {
      if (!(await isKnown(hubspotId))) await send(hubspotId, messages.look, {});
      return calls.update(idOf(hubspotId), messages.forget, by === undefined ? {} : { by });
    },
    pauseContact: (hubspotId: string): Promise<void> => send(hubspotId, messages.pause, {}),
    resumeContact: (hubspotId: string): Promise<void> => send(hubspotId, messages.resume, {}),

    /**
     * Contacts that have a workflow, newest first; `total` counts those that `limit` (default 50) leaves out too. `lockedOut`: only those
     * that left the segment by a value which Sluice itself took over from Salesforce (S1.9). `hubspotIds` (at most 100) and `salesforceId`: only these.
     */
    listContacts: ({ status, lockedOut = false, hubspotIds, salesforceId, limit = 50 }: { status?: messages.ContactStatus; lockedOut?: boolean; hubspotIds?: readonly string[]; salesforceId?: string; limit?: number } = {}): Promise<{ contacts: ListedContact[]; total: number }> => calls.call(async () => {
      if ([...hubspotIds ?? [], salesforceId ?? ''].some((id) => !/^\w*$/.test(id))) throw new SluiceFailure('not-found', 'An id has letters and digits only.');
      if (hubspotIds?.length === 0) return { contacts: [], total: 0 };
      const query = [
        contactsQuery(connection), ...(status === undefined ? [] : [`SyncStatus = '${status}'`]), ...(lockedOut ? [`SyncStatus = 'outside-segment' AND ErrorCategory = 'segment'`] : []),
        ...(hubspotIds === undefined ? [] : [`HubSpotId IN (${hubspotIds.map((id) => `'${id}'`).join(', ')})`]), ...(salesforceId === undefined ? [] : [`SalesforceId = '${salesforceId}'`]),
      ].join(' AND ');
      const contacts: ListedContact[] = [];
      const { count: total } = await client.workflow.count(query);
      for await (const { workflowId, typedSearchAttributes: found, memo } of client.workflow.list({ query, pageSize: Math.min(limit, 1000) })) {
        if (contacts.length >= limit) break;
        contacts.push({
          hubspotId: found.get(HubSpotId) ?? workflowId.split('/').at(-1) ?? '', name: typeof memo?.name === 'string' ? memo.name : null,
          status: found.get(SyncStatus) ?? null, salesforceId: found.get(SalesforceIdKey) ?? null, inSegment: found.get(InSegment) ?? null,
          errorCategory: found.get(ErrorCategoryKey) ?? null, lastSyncedAt: found.get(LastSyncedAt)?.toISOString() ?? null,
        });
      }
      return { contacts, total };
    }, ''),
  };
}
