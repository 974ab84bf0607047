import type { Client } from '@temporalio/client';
import { remember } from '../remember.ts';

const rememberedMs = 2_000;

/** Whether an import or resync of this connection runs now, one that may still hand over a base; at most 2 s old. */
export function pageJobReader(client: Client, connection: string): () => Promise<boolean> {
  const query = [
    `ExecutionStatus = 'Running' AND Connection = '${connection}'`,
    `(WorkflowType = 'salesforceImport' OR (WorkflowType = 'segmentResync' AND WorkflowId != 'resync/${connection}/relabel' AND WorkflowId != 'resync/${connection}/errors'))`,
  ].join(' AND ');
  const read = remember(rememberedMs, async () => (await client.workflow.count(query)).count > 0);
  return () => read('jobs');
}
