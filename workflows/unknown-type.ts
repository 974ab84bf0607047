import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';

/**
 * Runs in the place of a workflow type that does not exist: in the Web UI the type is free text, and without this its task would fail
 * without end.
 */
export async function unknownType(): Promise<never> {
  throw ApplicationFailure.nonRetryable(
    `There is no workflow type "${workflowInfo().workflowType.slice(0, 100)}": Sluice has connection, contactSync, salesforceImport, segmentResync, hubspotChanges and salesforceChanges.`, 'UnknownWorkflowType',
  );
}
