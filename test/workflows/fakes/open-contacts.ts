import type { WorkflowBundle } from '@temporalio/worker';
import type { TestTemporal } from '../../support/temporal.ts';
import { uniqueConnection } from '../../support/temporal.ts';
import { until } from '../../support/until.ts';
import { taskQueues } from '../../../workflows/ids.ts';
import * as m from '../../../workflows/messages.ts';
import { contactStart } from '../../../workflows/start.ts';
import { fakeContacts } from './contacts.ts';
import { runsOf, startFakeWorkers } from './workers.ts';

/** A connection with fake contacts and its workers, for one `describe`; `stop` ends them. */
export async function openContacts({ client, nativeConnection }: Pick<TestTemporal, 'client' | 'nativeConnection'>, workflowBundle: WorkflowBundle, name: string) {
  const connection = uniqueConnection(name);
  const { of, activities } = fakeContacts();
  const { stop } = await startFakeWorkers({ nativeConnection, workflowBundle, connection, activities });
  const workflowId = (id: string) => `contact/${connection}/${id}`;
  const handle = (id: string) => client.workflow.getHandle(workflowId(id));
  const state = (id: string) => handle(id).query(m.state);
  const signal = (id: string, definition: { name: string }, input: unknown = {}) =>
    client.workflow.signalWithStart('contactSync', { ...contactStart(connection, id), signal: definition.name, signalArgs: [input] });
  const reads = (id: string, n: number) => until(`contact ${id} was read ${n} times (${of(id).reads} so far)`, async () => of(id).reads >= n);
  /** At rest: nothing waits to be done now. A sync that waits for its time or for a person counts as at rest. */
  const rest = async (id: string) => {
    await until(`contact ${id} is at rest`, async () => {
      const now = await state(id);
      return now.status !== 'syncing' && (now.pending === 0 || now.status === 'error' || now.paused || now.reason.includes('paused'));
    });
    return state(id);
  };
  return {
    preview: (id: string) => handle(id).executeUpdate<m.Preview, [object]>('preview', { args: [{}] }),
    connection, client, of, handle, state, signal, reads, rest, stop, workflowId,
    queue: taskQueues(connection).workflows,
    runsOf: (id: string) => runsOf(client, id),
    runs: (id: string) => runsOf(client, workflowId(id)),
    /** A sync from its trigger to its rest. */
    sync: async (id: string) => {
      const before = of(id).reads;
      await signal(id, m.resync, { reason: 'test' });
      await reads(id, before + 1);
      return rest(id);
    },
  };
}
export type OpenContacts = Awaited<ReturnType<typeof openContacts>>;
