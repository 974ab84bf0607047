import { taskQueues, workflowIds } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import { Connection } from '../../workflows/search-attributes.ts';
import type { World } from '../world.ts';

/** Starts the pass that brings the contacts' statuses up to date; one that runs already goes once more. */
export async function startRelabel({ client, connection }: World, _: object): Promise<void> {
  await client.workflow.signalWithStart('segmentResync', {
    workflowId: workflowIds.resync(connection, 'relabel'), taskQueue: taskQueues(connection).workflows, args: [{}],
    signal: messages.again, signalArgs: [{}], typedSearchAttributes: [{ key: Connection, value: connection }],
  });
}
