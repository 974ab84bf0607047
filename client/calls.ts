import { once } from 'node:events';
import { connect } from 'node:net';
import { Connection, type Client } from '@temporalio/client';
import type { QueryDefinition, UpdateDefinition } from '@temporalio/common';
import { taskQueues, workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { SluiceFailure, tell } from './failures.ts';

const queryMs = 10_000;
/** A worker answers within milliseconds: after so long it is worth asking whether there is one. Temporal's client hears earlier that nobody polls, but tries again until the time is up. */
const patienceMs = 2_500;
/** An update may look something up in a CRM, for which it has 30 s. */
const updateMs = 45_000;
/** A long poll lasts a minute: a poller that was not seen for longer is gone. */
const pollerMs = 70_000;

/** Temporal's calls, with their failures as sentences. */
export interface Calls {
  /** Any call of the client; `missing` says what is not there where Temporal knows no such workflow. */
  call<T>(run: () => Promise<T>, missing: string): Promise<T>;
  /** `missing` as in `call`; default: the connection is not there. */
  query<T>(workflowId: string, query: QueryDefinition<T>, missing?: string): Promise<T>;
  /** Checks first that a worker answers, since an update without one waits for ever. */
  update<T, Input>(workflowId: string, update: UpdateDefinition<T, [Input]> | UpdateDefinition<T, [Input?]>, input: Input): Promise<T>;
}

const noServer = (why: string): string => `Temporal does not answer any more (${why}): start it with \`npm run dev\`, or set TEMPORAL_ADDRESS.`;

/** Whether nobody listens at the server's address. */
async function refusesConnections({ connection }: Client): Promise<boolean> {
  if (!(connection instanceof Connection)) return false;
  const [, host, port] = /^(.*):(\d+)$/.exec(connection.options.address) ?? [];
  const socket = connect({ host: host?.replace(/^\[|\]$/g, '') ?? '', port: Number(port), timeout: patienceMs });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(patienceMs) });
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}

/** Calls over one connection of Sluice. Every method rejects with a {@link SluiceFailure}, or with a defect. */
export function createCalls(client: Client, connection: string): Calls {
  const queue = taskQueues(connection).workflows;
  const named = connection === 'main' ? '' : `SLUICE_CONNECTION=${connection} `;
  const connectionMissing = `There is no connection "${connection}" on this Temporal server: start it with \`${named}npm run dev\`, or with \`${named}npm run worker\`.`;

  /** Whether somebody polls the connection's queue; null where Temporal does not say. */
  const workerPolls = async (): Promise<boolean | null> => {
    const { namespace } = client.options;
    const ask = () => client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: queue }, taskQueueType: 1 });
    const answer = await client.connection.withDeadline(Date.now() + patienceMs, ask).catch(() => null);
    return answer === null ? null : (answer.pollers ?? []).some(({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < pollerMs);
  };
  const unanswered = async (certain: boolean): Promise<SluiceFailure> => {
    const polls = certain ? false : await workerPolls();
    if (polls === false) return new SluiceFailure('no-worker', `No worker serves the connection "${connection}": start one with \`${named}npm run dev\` or \`${named}npm run worker\`.`);
    // Temporal's client tries again until the time is up, so a server that is gone looks like one that is slow.
    if (polls === null && await refusesConnections(client)) return new SluiceFailure('no-server', noServer('the connection is refused'));
    return new SluiceFailure('no-answer', `The worker of the connection "${connection}" did not answer in time: see its output, or start another with \`${named}npm run worker\`.`);
  };

  const guard = async <T>(ms: number, run: () => Promise<T>, missing: string): Promise<T> => {
    try {
      return await client.connection.withDeadline(Date.now() + ms, run);
    } catch (error) {
      const told = tell(error);
      switch (told.kind) {
        case 'not-found': throw new SluiceFailure(missing === connectionMissing ? 'no-connection' : 'not-found', missing, error);
        case 'refused': case 'job-failed': throw new SluiceFailure(told.kind, told.sentence, error);
        case 'unanswered': throw await unanswered(told.certain);
        case 'no-server': throw new SluiceFailure('no-server', noServer(told.details), error);
        case 'other': throw error;
      }
    }
  };
  const query: Calls['query'] = async (workflowId, definition, missing = connectionMissing) => {
    const ask = () => client.workflow.getHandle(workflowId).query(definition);
    try {
      return await guard(patienceMs, ask, missing);
    } catch (error) {
      if (!(error instanceof SluiceFailure) || error.kind !== 'no-answer') throw error;
      return guard(queryMs, ask, missing);
    }
  };
  return {
    call: (run, missing) => guard(queryMs, run, missing),
    query,
    update: async <T>(workflowId: string, { name }: { name: string }, input: unknown): Promise<T> => {
      await query(workflowIds.connection(connection), messages.health);
      return guard(updateMs, () => client.workflow.getHandle(workflowId).executeUpdate<T, [unknown]>(name, { args: [input] }), connectionMissing);
    },
  };
}
