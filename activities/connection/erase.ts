import { WorkflowNotFoundError } from '@temporalio/client';
import { workflowIds } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import type { World } from '../world.ts';

/** Runs that may hold values of a contact that is to be forgotten. */
export interface Erasure {
  hubspotId: HubSpotContactId;
  /** The contact's own run that goes on, with ids only. */
  runId: string;
  /** The run before it, which visibility may not list yet. */
  previousRunId: string | null;
  /** ISO: whatever ran before may have met the contact. */
  before: string;
  /** Contacts that were merged into it. What older versions asked for lacks it. */
  former?: readonly HubSpotContactId[];
}

/**
 * Deletes from Temporal what may hold values of a forgotten contact: its earlier runs, closed imports and resyncs (they carry pages of
 * values), and the connection's earlier runs (somebody may have looked the contact up by email). Answers how much is left for later,
 * since what still runs cannot be deleted.
 */
export async function eraseRuns(world: World, { hubspotId, runId, previousRunId, before, former = [] }: Erasure): Promise<{ left: number }> {
  const { client, connection } = world;
  const own = workflowIds.contact(connection, hubspotId);
  let left = 0;
  const remove = async (workflowId: string, run: string): Promise<void> => {
    try {
      await client.workflowService.deleteWorkflowExecution({ namespace: client.options.namespace, workflowExecution: { workflowId, runId: run } });
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError) && !/not found/i.test(String(error))) throw error;
    }
  };
  if (previousRunId !== null) await remove(own, previousRunId);
  for await (const { workflowId, runId: run } of client.workflow.list({ query: `WorkflowId = '${own}'` })) if (run !== runId) await remove(workflowId, run);
  for (const id of former) {
    for await (const { workflowId, runId: run, status } of client.workflow.list({ query: `WorkflowId = '${workflowIds.contact(connection, id)}'` })) {
      if (status.name !== 'RUNNING') await remove(workflowId, run);
      else {
        left += 1;
        // It ends once it sees that it was merged.
        await client.workflow.getHandle(workflowId).signal(messages.look);
      }
    }
  }
  const connectionId = workflowIds.connection(connection);
  const jobs = `Connection = '${connection}' AND WorkflowType IN ('salesforceImport', 'segmentResync') AND StartTime <= '${before}'`;
  for (const query of [jobs, `WorkflowId = '${connectionId}' AND StartTime <= '${before}'`]) {
    for await (const { workflowId, runId: run, status } of client.workflow.list({ query })) {
      if (status.name !== 'RUNNING') await remove(workflowId, run);
      else {
        left += 1;
        // It goes on in a new run; the old one can be deleted the next time.
        if (workflowId === connectionId) await client.workflow.getHandle(workflowId).signal(messages.renew);
      }
    }
  }
  return { left };
}
