import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import * as z from 'zod';

type Event = temporal.api.history.v1.IHistoryEvent;

/** What an import's own history tells of its two streams; times are epoch ms. */
export interface ImportStreams {
  /** When its last page of data was done. */
  dataUntil: number;
  /** Pages handed over to workflows, in the order of their ends. */
  handedOver: { from: number; until: number; contacts: number }[];
}

/** The activity of the second stream; every other one is about the data. */
const handOver = 'handOver';
const done = z.object({ done: z.number() });
/** The part of all that tells how fast the second stream is by itself; of fewer the waiting at the end would say more. */
const enoughAlone = 0.25;

/** Reads all runs of an import that has ended. */
export async function importStreams(client: Client, workflowId: string): Promise<ImportStreams> {
  const events: Event[][] = [];
  for (let runId: string | undefined | null; runId !== null && runId !== ''; ) {
    const run: Event[] = (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
    events.unshift(run);
    runId = run[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? null;
  }
  return streamsOf(events);
}

/** The same from the events of its runs. */
export function streamsOf(runs: readonly (readonly Event[])[]): ImportStreams {
  const streams: ImportStreams = { dataUntil: 0, handedOver: [] };
  for (const run of runs) {
    const scheduled = new Map(run.flatMap((event) => (event.activityTaskScheduledEventAttributes == null ? [] : [[Number(event.eventId), event] as const])));
    for (const event of run) {
      const completed = event.activityTaskCompletedEventAttributes;
      if (completed == null) continue;
      const asked = scheduled.get(Number(completed.scheduledEventId));
      const until = timeOf(event);
      if (asked?.activityTaskScheduledEventAttributes?.activityType?.name !== handOver) {
        streams.dataUntil = Math.max(streams.dataUntil, until);
        continue;
      }
      const [payload] = completed.result?.payloads ?? [];
      const contacts = payload === undefined ? 0 : done.parse(defaultPayloadConverter.fromPayload(payload)).done;
      streams.handedOver.push({ from: timeOf(asked), until, contacts });
    }
  }
  streams.handedOver.sort((a, b) => a.until - b.until);
  return streams;
}

const timeOf = ({ eventTime }: Event): number => Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;

/**
 * Workflows a second behind the data, up to `until` (epoch ms), when each had done its first task: of those handed over after the data had
 * ended where those are enough to tell, since before that both streams share the machine; else of all.
 */
export function behindPerSecond({ dataUntil, handedOver }: ImportStreams, until: number): number {
  const sum = (pages: ImportStreams['handedOver']): number => pages.reduce((contacts, page) => contacts + page.contacts, 0);
  const first = handedOver.findIndex((page) => page.until >= dataUntil);
  const alone = first === -1 ? [] : handedOver.slice(first + 1);
  const [pages, from] = sum(alone) >= sum(handedOver) * enoughAlone ? [alone, handedOver[first]?.until ?? until] : [handedOver, handedOver[0]?.from ?? until];
  return sum(pages) / ((until - from) / 1000);
}
