import type { Client } from '@temporalio/client';
import { taskQueues, workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { Connection } from '../workflows/search-attributes.ts';

/** Starts the connection's workflow if it does not run, and has it check both accounts as this worker sees them. */
export async function startConnection(client: Client, connection: string): Promise<void> {
  await client.workflow.signalWithStart('connection', {
    workflowId: workflowIds.connection(connection), taskQueue: taskQueues(connection).workflows, args: [{}],
    signal: messages.check, signalArgs: [{}], typedSearchAttributes: [{ key: Connection, value: connection }],
  });
}
