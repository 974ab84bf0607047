import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';

/** Workflow ids are the only source of connection, contact, label and scope: people type them, scripts rely on them. */
export const workflowIds = {
  connection: (connection: string) => `connection/${connection}`,
  contact: (connection: string, hubspotId: string) => `contact/${connection}/${hubspotId}`,
  import: (connection: string, label: string) => `import/${connection}/${label}`,
  resync: (connection: string, scope: ResyncScope) => `resync/${connection}/${scope}`,
  changes: (connection: string, crm: Crm) => `changes/${connection}/${crm}`,
};

/** The two CRMs, as the change feeds' ids name them. */
export const crms = ['hubspot', 'salesforce'] as const;
export type Crm = (typeof crms)[number];

/** What a resync goes through; the last part of its workflow id. */
export const resyncScopes = ['segment', 'all', 'errors', 'relabel', 'preview'] as const;
export type ResyncScope = (typeof resyncScopes)[number];

/** Task queues of a connection: `sluice` for `main`, `sluice-<connection>` for others. */
export function taskQueues(connection: string): { workflows: string; live: string; bulk: string } {
  const workflows = connection === 'main' ? 'sluice' : `sluice-${connection}`;
  return { workflows, live: `${workflows}-live`, bulk: `${workflows}-bulk` };
}

const connectionName = '([a-z0-9][a-z0-9-]*)';
const forms = {
  connection: { pattern: new RegExp(`^connection/${connectionName}$`), example: 'connection/main' },
  contact: { pattern: new RegExp(`^contact/${connectionName}/([1-9][0-9]{0,19})$`), example: 'contact/main/51, with the HubSpot contact id last' },
  import: { pattern: new RegExp(`^import/${connectionName}/([^/\\s]+)$`), example: 'import/main/first' },
  resync: { pattern: new RegExp(`^resync/${connectionName}/(${resyncScopes.join('|')})$`), example: 'resync/main/segment, resync/main/all, resync/main/errors, resync/main/relabel or resync/main/preview' },
  changes: { pattern: new RegExp(`^changes/${connectionName}/(${crms.join('|')})$`), example: 'changes/main/hubspot or changes/main/salesforce' },
} as const;

/**
 * Reads connection and last part from the id of the running workflow; `must` is what the last part has to be.
 * @throws ApplicationFailure (fails the workflow at once) with a sentence that shows the right form.
 */
export function readWorkflowId(kind: keyof typeof forms, must?: string): { connection: string; last: string } {
  const { workflowId, workflowType, taskQueue } = workflowInfo();
  const { pattern, example } = forms[kind];
  const [, connection, last = ''] = pattern.exec(workflowId) ?? [];
  if (connection === undefined || (must !== undefined && last !== must)) {
    throw ApplicationFailure.nonRetryable(`A ${workflowType} workflow cannot have the id "${workflowId}": start it as ${example}.`, 'InvalidWorkflowId');
  }
  const expected = taskQueues(connection).workflows;
  if (taskQueue !== expected) {
    throw ApplicationFailure.nonRetryable(`"${workflowId}" was started on the task queue "${taskQueue}": start it on "${expected}".`, 'InvalidWorkflowId');
  }
  return { connection, last };
}
