import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { HubSpotId, LastSyncedAt } from '../workflows/search-attributes.ts';
import type { Calls } from './calls.ts';

/** One sync as it flowed by. */
export interface Flow {
  /** ISO 8601. */
  at: string;
  hubspotId: string;
  name: string | null;
  status: messages.ContactStatus;
  reason: string;
  trigger: string;
  wrote: { hubspot: string[]; salesforce: string[] };
  /** The fields that were written or could not be, with the reasons; from the contact's history. */
  fields: messages.PastDecision['fields'];
}

const pollMs = 500;
/** Visibility is a moment late: so far back each look begins before the last one's end. */
const overlapMs = 5_000;
const mostAtOnce = 200;

/** The syncs of a connection as they flow, oldest first; each once. Ends when `signal` aborts. */
export async function* watchFlow(client: Client, connection: string, calls: Calls, signal?: AbortSignal): AsyncGenerator<Flow, void> {
  let since = Date.now();
  const seen = new Map<string, number>();
  for (;;) {
    if (signal?.aborted) return;
    const query = `WorkflowType = 'contactSync' AND Connection = '${connection}' AND LastSyncedAt > '${new Date(since - overlapMs).toISOString()}'`;
    const found = await calls.call(async () => {
      const ids: string[] = [];
      for await (const { typedSearchAttributes } of client.workflow.list({ query, pageSize: mostAtOnce })) {
        const [id, at] = [typedSearchAttributes.get(HubSpotId), typedSearchAttributes.get(LastSyncedAt)?.getTime() ?? 0];
        if (id !== undefined && (seen.get(id) ?? 0) < at && at > since - overlapMs) ids.push(id);
        if (ids.length >= mostAtOnce) break;
      }
      return ids;
    }, '');
    const flows = (await Promise.all(found.map((id) => flowOf(calls, connection, id)))).filter((flow) => flow !== null).sort((a, b) => (a.at < b.at ? -1 : 1));
    for (const flow of flows) {
      const at = Date.parse(flow.at);
      if ((seen.get(flow.hubspotId) ?? 0) >= at) continue;
      seen.set(flow.hubspotId, at);
      since = Math.max(since, at);
      yield flow;
    }
    for (const [id, at] of seen) if (at < since - 2 * overlapMs) seen.delete(id);
    await sleep(pollMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  }
}

async function flowOf(calls: Calls, connection: string, hubspotId: string): Promise<Flow | null> {
  const workflowId = workflowIds.contact(connection, hubspotId);
  const missing = `Nothing is known of contact ${hubspotId}.`;
  const [state, history] = await Promise.all([calls.query(workflowId, messages.state, missing), calls.query(workflowId, messages.history, missing)]);
  if (state.lastSync === null) return null;
  const { at, trigger, wrote } = state.lastSync;
  return { at, hubspotId, name: state.name, status: state.status, reason: state.reason, trigger, wrote, fields: history.find((decision) => decision.at === at)?.fields ?? [] };
}
