import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { workflowIds } from '../../workflows/ids.ts';
import { encryptionCodec } from './codec.ts';
import type { EncryptionKey } from './keys.ts';

/**
 * Checks that the connection's settings can be read, which every run of it begins with. Without their key each workflow task of this
 * worker would fail, again and again, though nothing would be lost.
 *
 * @throws UserError with one sentence that names the key.
 */
export async function requireKeys(client: Client, connection: string, keys: readonly EncryptionKey[]): Promise<void> {
  const { namespace } = client.options;
  const workflowId = workflowIds.connection(connection);
  const [first] = await client.workflow.getHandle(workflowId).describe().then(
    async ({ runId }) => {
      const { history } = await client.workflowService.getWorkflowExecutionHistory({ namespace, execution: { workflowId, runId }, maximumPageSize: 1 });
      return history?.events ?? [];
    },
    (error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return [];
      throw error;
    },
  );
  const input = first?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  await encryptionCodec(keys).decode(input);
}
