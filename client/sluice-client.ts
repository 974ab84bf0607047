import type { Client } from '@temporalio/client';
import type { SettingsNow } from '../sync/settings.ts';
import { crms, workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { createCalls } from './calls.ts';
import { contactRequests } from './contacts.ts';
import { errorRequests } from './errors.ts';
import { SluiceFailure } from './failures.ts';
import { jobRequests } from './jobs.ts';
import { watchFlow, type Flow } from './watch.ts';

export { SluiceFailure, type FailureKind } from './failures.ts';
export type { ListedContact } from './contacts.ts';
export type { CategoryInNeed, ContactInNeed, ErrorReport } from './errors.ts';
export type { Flow } from './watch.ts';
export type { Progress, StartedJob } from './jobs.ts';

/** Everything that can be asked of Sluice. Whatever fails rejects with a {@link SluiceFailure}. */
export type SluiceClient = ReturnType<typeof createSluiceClient>;

/** A typed client of one connection, over a client of Temporal. It needs no credentials of either CRM. */
export function createSluiceClient({ client, connection }: { client: Client; connection: string }) {
  const calls = createCalls(client, connection);
  const workflowId = workflowIds.connection(connection);
  const send = (signal: typeof messages.pause): Promise<void> => calls.call(() => client.workflow.getHandle(workflowId).signal(signal, {}), `There is no connection "${connection}" on this Temporal server.`);

  /** The active segments that can be selected. */
  const listSegments = (): Promise<messages.SegmentEntry[]> => calls.update(workflowId, messages.listSegments, {});
  const segmentId = async (idOrName: string): Promise<string> => {
    if (/^\d+$/.test(idOrName)) return idOrName;
    const { segmentId } = await calls.update(workflowId, messages.findSegment, { name: idOrName });
    if (segmentId !== null) return segmentId;
    const names = (await listSegments()).map(({ name }) => `"${name}"`).join(', ');
    throw new SluiceFailure('not-found', `HubSpot has no contact segment named "${idOrName}"; active ones: ${names === '' ? 'none' : names}.`);
  };

  return {
    connection,
    settings: (): Promise<SettingsNow> => calls.query(workflowId, messages.settings),
    /** Whether the connection can sync, and what stands in its way. */
    health: (): Promise<messages.Health> => calls.query(workflowId, messages.health),
    /** When the API calls of each CRM were made that still count against its allocation, oldest first. */
    usage: (): Promise<Record<'hubspot' | 'salesforce', messages.CallsMade[]>> => calls.query(workflowId, messages.usage),
    listSegments,
    /** Limits the sync to an active segment, by its id or its name; writes nothing in either CRM. @throws SluiceFailure `refused` for a segment that cannot be chosen. */
    selectSegment: async (idOrName: string, by?: string): Promise<SettingsNow> =>
      calls.update(workflowId, messages.selectInclusionSegment, { segmentId: await segmentId(idOrName), ...(by !== undefined && { by }) }),
    /** Lets every contact sync again; writes nothing in either CRM. */
    clearSegment: (by?: string): Promise<SettingsNow> => calls.update(workflowId, messages.clearInclusionSegment, by === undefined ? {} : { by }),
    changeSettings: (change: messages.ChangeSettings): Promise<SettingsNow> => calls.update(workflowId, messages.changeSettings, change),
    /** Stops all syncing of the connection; what comes in is kept. */
    pauseConnection: (): Promise<void> => send(messages.pause),
    resumeConnection: (): Promise<void> => send(messages.resume),
    /** The HubSpot id of the contact with this email, primary or additional; null where there is none. */
    findContact: async (email: string): Promise<string | null> => (await calls.update(workflowId, messages.findContact, { email })).hubspotId,
    /** How changes are noticed in HubSpot and in Salesforce. */
    feeds: (): Promise<messages.FeedAnswer[]> => Promise.all(crms.map((crm) => calls.query(workflowIds.changes(connection, crm), messages.feed, `The connection "${connection}" has no change feeds: its worker starts them, unless SLUICE_FEEDS is off.`))),
    /** Each sync as it happens, until `signal` aborts. */
    watchFlow: (signal?: AbortSignal): AsyncGenerator<Flow, void> => watchFlow(client, connection, calls, signal),
    ...contactRequests(client, connection, calls),
    ...errorRequests(client, connection, calls),
    ...jobRequests(client, connection, calls),
  };
}
