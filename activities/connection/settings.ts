import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { SettingsNow } from '../../sync/settings.ts';
import { workflowIds } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';

/**
 * Reads a connection's settings from its workflow. Every call sees the settings as they were at or after the call; calls that
 * arrive while a query is on its way share the next one.
 */
export function settingsReader(client: Client, connection: string): () => Promise<SettingsNow> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<SettingsNow> | null = null;
  return () => {
    next ??= running.then(() => {
      const query = readSettings(client, connection);
      running = query.catch(() => undefined);
      next = null;
      return query;
    });
    return next;
  };
}

/** A query waits for a worker; where none serves the connection's workflow, the activity is tried again. */
const answerMs = 10_000;

async function readSettings(client: Client, connection: string): Promise<SettingsNow> {
  const workflowId = workflowIds.connection(connection);
  try {
    return await client.withDeadline(Date.now() + answerMs, () => client.workflow.getHandle(workflowId).query(messages.settings));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw ApplicationFailure.nonRetryable(`There is no workflow "${workflowId}": start it, or restart the worker, which starts it.`, 'ConnectionNotReady');
  }
}
