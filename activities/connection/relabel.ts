import * as messages from '../../workflows/messages.ts';
import { resyncStart } from '../../workflows/start.ts';
import type { World } from '../world.ts';

/** Starts the pass that brings the contacts' statuses up to date; one that runs already goes once more. */
export async function startRelabel({ client, connection }: World): Promise<void> {
  await client.workflow.signalWithStart('segmentResync', {
    ...resyncStart(connection, 'relabel', {}), signal: messages.again, signalArgs: [{}],
  });
}
