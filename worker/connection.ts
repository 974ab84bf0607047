import type { Client } from '@temporalio/client';
import { crms, taskQueues, workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { Connection } from '../workflows/search-attributes.ts';
import { changesStart } from '../workflows/start.ts';

/** Starts the connection's workflow if it does not run, and has it check both accounts as this worker sees them. */
export async function startConnection(client: Client, connection: string): Promise<void> {
  await client.workflow.signalWithStart('connection', {
    workflowId: workflowIds.connection(connection), taskQueue: taskQueues(connection).workflows, args: [{}],
    signal: messages.check, signalArgs: [{}], typedSearchAttributes: [{ key: Connection, value: connection }],
  });
}

/** Starts the connection's change feeds where they do not run. They begin at now: what is older comes by import or resync (R22). */
export async function startFeeds(client: Client, connection: string): Promise<void> {
  for (const crm of crms) await client.workflow.start(`${crm}Changes`, { ...changesStart(connection, crm), workflowIdConflictPolicy: 'USE_EXISTING' });
}
