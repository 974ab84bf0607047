import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { ToldFailure } from '../../../activities/failure.ts';
import { runsOf } from './workers.ts';

/** What a contact's activities failed with, as it was told, oldest first. A row that was refused fails no activity: what became of it is in the state. */
export async function toldTo({ client, connection }: { client: Client; connection: string }, id: string): Promise<ToldFailure[]> {
  const events = (await runsOf(client, `contact/${connection}/${id}`)).flat();
  return events.flatMap((event) => {
    const [detail] = event.activityTaskFailedEventAttributes?.failure?.applicationFailureInfo?.details?.payloads ?? [];
    return detail == null ? [] : [defaultPayloadConverter.fromPayload<ToldFailure>(detail)];
  });
}
