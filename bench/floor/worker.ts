/** The worker of the floor's workflows, a process of its own as Sluice's is. */
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import DataLoader from 'dataloader';
import * as z from 'zod';
import { taskQueues } from '../../workflows/ids.ts';
import { startMeter } from '../measure/meter.ts';
import { columns, openCrms, type PlainCrms } from './calls.ts';
import { floorField, type Pair } from './pair.ts';
import { floorConnection } from './world.ts';

export interface Values { hubspot: Record<string, string | null>; salesforce: Record<string, unknown> }
export type Activities = ReturnType<typeof createActivities>;

/** Calls are shared as Sluice's live lane shares them: with all that comes within 50 ms, at most 50 contacts. */
const [windowMs, atMost] = [50, 50];

function shared<K, V>(load: (keys: readonly K[]) => Promise<V[]>): (key: K) => Promise<V> {
  const loader = new DataLoader<K, V>(load, { cache: false, maxBatchSize: atMost, batchScheduleFn: (dispatch) => setTimeout(dispatch, windowMs) });
  return (key) => loader.load(key);
}

const text = z.string().catch('');

function createActivities(crms: PlainCrms) {
  const readBoth = shared(async (pairs: readonly Pair[]): Promise<Values[]> => {
    const contacts = new Map((await crms.readContacts(pairs.map(({ hubspotId }) => hubspotId))).map(({ id, properties }) => [id, properties]));
    const queries = [...Map.groupBy(pairs, ({ type }) => type)].map(([type, some]) => `SELECT ${columns[type].join(', ')} FROM ${type} WHERE Id IN (${some.map(({ salesforceId }) => `'${salesforceId}'`).join(',')})`);
    const records = new Map((await crms.queryTogether(queries, 'queryAll')).map((record) => [record.Id, record]));
    return pairs.map(({ hubspotId, salesforceId }) => ({ hubspot: contacts.get(hubspotId) ?? {}, salesforce: records.get(salesforceId) ?? {} }));
  });
  const writeOne = shared(async (writes: readonly { pair: Pair; values: Values }[]): Promise<boolean[]> => {
    const inputs = writes.map(({ pair, values }) => ({ id: pair.hubspotId, properties: { [floorField.hubspot]: text.parse(values.salesforce[floorField.salesforce]) } }));
    const updated = new Set((await crms.updateContacts(inputs)).map(({ id }) => id));
    return writes.map(({ pair }) => updated.has(pair.hubspotId));
  });
  return {
    read: (pair: Pair): Promise<Values> => readBoth(pair),
    write: async (write: { pair: Pair; values: Values }): Promise<void> => { if (!(await writeOne(write))) throw new Error('HubSpot did not take the update'); },
  };
}

async function main(): Promise<void> {
  startMeter();
  const { FLOOR_TEMPORAL: address, FLOOR_HUBSPOT: hubspot, FLOOR_SALESFORCE: salesforce } = z.object({ FLOOR_TEMPORAL: z.string(), FLOOR_HUBSPOT: z.string(), FLOOR_SALESFORCE: z.string() }).parse(process.env);
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: ['SIGTERM', 'SIGINT'] });
  const workflowsPath = join(import.meta.dirname, 'workflows.ts');
  const queues = taskQueues(floorConnection);
  const activities = createActivities(await openCrms({ hubspot, salesforce }));
  const common = { connection: await NativeConnection.connect({ address }), shutdownGraceTime: '1 second', activities, maxConcurrentActivityTaskExecutions: 100 } as const;
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, preloadModules: [workflowsPath], logger: new DefaultLogger('WARN') });
  const workers = [await Worker.create({ ...common, taskQueue: queues.workflows, workflowBundle }), await Worker.create({ ...common, taskQueue: queues.live })];
  const running = Promise.all(workers.map((worker) => worker.run()));
  console.log('Worker ready');
  await running;
}

await main();
