import type { SearchAttributePair } from '@temporalio/common';
import { taskQueues, workflowIds, type Crm, type ResyncScope } from './ids.ts';
import type { ImportInput, ResyncJobInput } from './messages.ts';
import { Connection, HubSpotId } from './search-attributes.ts';

/** How a workflow is started, whoever starts it: id, task queue, input and what it is listed by. */
export interface StartOptions<Input> {
  workflowId: string;
  taskQueue: string;
  args: [Input];
  typedSearchAttributes: SearchAttributePair[];
}

function start<Input>(connection: string, workflowId: string, input: Input): StartOptions<Input> {
  return { workflowId, taskQueue: taskQueues(connection).workflows, args: [input], typedSearchAttributes: [{ key: Connection, value: connection }] };
}

/** Start of a `contactSync` that comes with a signal, and so needs no look of its own. */
export function contactStart(connection: string, hubspotId: string): StartOptions<{ look: false }> {
  const options = start(connection, workflowIds.contact(connection, hubspotId), { look: false } as const);
  return { ...options, typedSearchAttributes: [...options.typedSearchAttributes, { key: HubSpotId, value: hubspotId }] };
}

/** Start of a `salesforceImport`; the label tells several imports of one connection apart. */
export const importStart = (connection: string, label: string, input: ImportInput): StartOptions<ImportInput> =>
  start(connection, workflowIds.import(connection, label), input);

/** Start of a `segmentResync`. */
export const resyncStart = (connection: string, scope: ResyncScope, input: ResyncJobInput): StartOptions<ResyncJobInput> =>
  start(connection, workflowIds.resync(connection, scope), input);

/** Start of a change feed: `hubspotChanges` or `salesforceChanges`. */
export const changesStart = (connection: string, crm: Crm): StartOptions<object> => start(connection, workflowIds.changes(connection, crm), {});
