import type { Client } from '@temporalio/client';
import { workflowIds } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import { changesStart } from '../../workflows/start.ts';

/** Hands events to the connection's HubSpot feed, which is started if it does not run. Rejects where Temporal has not taken them by `deadline`. */
export async function tellFeed(client: Client, connection: string, events: messages.HubSpotEvent[], deadline: number): Promise<void> {
  const told = client.withDeadline(deadline, () => client.workflow.signalWithStart('hubspotChanges', {
    ...changesStart(connection, 'hubspot'), signal: messages.hubspotEvents, signalArgs: [{ events }],
  }));
  await within(deadline - Date.now(), told);
}

/** What identifies a contact and who owns it counts whatever the mappings say. */
const always = ['email', 'hs_additional_emails', 'hubspot_owner_id'];

/** The HubSpot properties whose change starts a sync (behaviour: section 3), as the connection's settings have them. */
export async function mappedProperties(client: Client, connection: string): Promise<ReadonlySet<string>> {
  const handle = client.workflow.getHandle(workflowIds.connection(connection));
  const { mappings } = await client.withDeadline(Date.now() + 5_000, () => handle.query(messages.settings));
  return new Set([...always, ...mappings.filter(({ rule }) => rule !== 'none').map(({ hubspot }) => hubspot)]);
}

/** Rejects where `promise` has not settled after `ms`, whatever becomes of it. */
export async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
