import { cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { workflowIds } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import { CrmFailure } from '../crm/failure.ts';
import { reached } from '../page/position.ts';
import type { World } from '../world.ts';
import { ready } from './ready.ts';

/**
 * Listens to Salesforce's change events for as long as the feed's run lives, and signals each batch to the feed with how far it was
 * read: what counts as read is what was handed on durably. Resolves where the settings switch it off; rejects with `ReplayTooOld`, or
 * with a failure that is not to be repeated where the org sends no events. Whatever breaks the connection is for Temporal to repeat.
 */
export async function subscribeChanges(world: World): Promise<void> {
  const { settings } = await ready(world, null);
  if (!settings.feeds.changeDataCapture) return;
  const feed = world.client.workflow.getHandle(workflowIds.changes(world.connection, 'salesforce'));
  const { replay } = await feed.query(messages.feed);
  const signal = world.ending === undefined ? cancellationSignal() : AbortSignal.any([cancellationSignal(), world.ending]);
  try {
    await world.salesforce.changes({
      replay, signal,
      onConnected: () => {
        reached({ listening: true });
        // Without an id nothing brings back what happened before: a poll does.
        if (replay.Lead === null || replay.Contact === null) void feed.signal(messages.salesforceEvents, { events: [], replay: {}, gap: true }).catch(() => undefined);
      },
      onEvents: async (events, read, gap) => {
        await feed.signal(messages.salesforceEvents, { events, replay: read, gap });
        reached({ listening: true, replay: read });
      },
    });
  } catch (error) {
    if (world.ending?.aborted && !cancellationSignal().aborted) throw ApplicationFailure.retryable('The worker ends; another goes on listening.', 'WorkerEnding');
    if (!(error instanceof CrmFailure)) throw error;
    if (error.code === 'REPLAY_TOO_OLD') throw ApplicationFailure.nonRetryable('The events since the last one read are no longer kept: a poll reads what changed.', 'ReplayTooOld');
    if (error.code === 'STREAM_UNAVAILABLE') throw ApplicationFailure.nonRetryable(`${error.message} ${error.detail ?? ''} Switch on Change Data Capture for Lead and Contact in Salesforce's setup; until then changes are noticed by polling.`, 'StreamUnavailable');
    throw error;
  }
}
