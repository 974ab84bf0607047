import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

const { temporal: { api: { history: { v1: { HistoryEvent } }, workflow: { v1: { WorkflowExecutionInfo } }, workflowservice: { v1: { DescribeWorkflowExecutionResponse } } } } } = proto;

/** Something that Temporal keeps, as the bytes in which it keeps it. */
export interface Kept {
  /** Workflow, run and which part of it. */
  place: string;
  bytes: Buffer;
}

/** All that Temporal keeps of the runs that match: each event of each history, search attributes, memo, pending activities with their heartbeats and failures. */
export async function keptByTemporal(client: Client, query = ''): Promise<Kept[]> {
  const { workflowService, options: { namespace } } = client;
  const kept: Kept[] = [];
  const keep = (place: string, bytes: Uint8Array): void => { kept.push({ place, bytes: Buffer.from(bytes) }); };
  for (let nextPageToken: Uint8Array | null = null; nextPageToken === null || nextPageToken.length > 0; ) {
    const page: Awaited<ReturnType<typeof workflowService.listWorkflowExecutions>> = await workflowService.listWorkflowExecutions({ namespace, query, nextPageToken });
    for (const info of page.executions) {
      const execution = { workflowId: info.execution?.workflowId ?? '', runId: info.execution?.runId ?? '' };
      const place = `${execution.workflowId} ${execution.runId}`;
      keep(`${place} in the list`, WorkflowExecutionInfo.encode(info).finish());
      keep(`${place} described`, DescribeWorkflowExecutionResponse.encode(await workflowService.describeWorkflowExecution({ namespace, execution })).finish());
      for (let next: Uint8Array | null = null; next === null || next.length > 0; ) {
        const answer: Awaited<ReturnType<typeof workflowService.getWorkflowExecutionHistory>> = await workflowService.getWorkflowExecutionHistory({ namespace, execution, nextPageToken: next });
        for (const event of answer.history?.events ?? []) keep(`${place} event ${String(event.eventId)}`, HistoryEvent.encode(event).finish());
        next = answer.nextPageToken;
      }
    }
    nextPageToken = page.nextPageToken;
  }
  return kept;
}

/** Where any of the words stands, as `place: word`. */
export function placesOf(kept: readonly Kept[], words: readonly string[]): string[] {
  return kept.flatMap(({ place, bytes }) => words.filter((word) => bytes.includes(word)).map((word) => `${place}: ${word}`));
}
