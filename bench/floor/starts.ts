import { Client, Connection } from '@temporalio/client';
import { taskQueues } from '../../workflows/ids.ts';
import { startCountingServer } from '../measure/server.ts';
import { caughtUp } from '../world.ts';
import { inLanes } from './lanes.ts';
import { changed } from './signals.ts';
import { floorConnection, startFloorWorker, type Urls } from './world.ts';

/** More starts in flight bring no more a second. */
const inFlight = 20;

/**
 * The floor of the workflows behind the data: as many signal-with-starts of a workflow that does nothing, on a server of its own, until each
 * has done its first task. Answers how many seconds that took.
 */
export async function startPlainly(contacts: number, urls: Urls): Promise<number> {
  const server = await startCountingServer();
  try {
    const worker = await startFloorWorker({ temporal: server.address, urls });
    const connection = await Connection.connect({ address: server.address });
    try {
      const client = new Client({ connection });
      const start = performance.now();
      await inLanes(contacts, inFlight, (n) => client.workflow.signalWithStart('doNothing', { workflowId: `floor/${n}`, taskQueue: taskQueues(floorConnection).workflows, signal: changed, signalArgs: [] }));
      await caughtUp({ client, connection: floorConnection });
      return (performance.now() - start) / 1000;
    } finally {
      await connection.close();
      await worker.stop();
    }
  } finally {
    await server.stop();
  }
}
