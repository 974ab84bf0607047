/** The worker of the floor's workflows, a process of its own as Sluice's is. */
import '../measure/meter.ts';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import DataLoader from 'dataloader';
import * as z from 'zod';
import { taskQueues } from '../../workflows/ids.ts';
import { columns, openCrms, type PlainCrms, type RecordType } from './calls.ts';
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

/** For each of the keys, in their order, what its type's batch answered. */
async function byType<K, V>(keys: readonly K[], typeOf: (key: K) => RecordType, load: (type: RecordType, some: readonly K[]) => Promise<V[]>): Promise<V[]> {
  const answers = new Map<K, V>();
  for (const [type, some] of Map.groupBy(keys, typeOf)) for (const [n, answer] of (await load(type, some)).entries()) answers.set(some[n] as K, answer);
  return keys.map((key) => answers.get(key) as V);
}

function createActivities(crms: PlainCrms) {
  const readBoth = shared(async (pairs: readonly Pair[]): Promise<Values[]> => {
    const contacts = new Map((await crms.readContacts(pairs.map(({ hubspotId }) => hubspotId))).map(({ id, properties }) => [id, properties]));
    const records = await byType(pairs, ({ type }) => type, (type, some) => crms.retrieve(type, some.map(({ salesforceId }) => salesforceId), columns[type]));
    return pairs.map(({ hubspotId }, n) => ({ hubspot: contacts.get(hubspotId) ?? {}, salesforce: records[n] ?? {} }));
  });
  const writeOne = shared((writes: readonly { pair: Pair; values: Values }[]) => byType(writes, ({ pair }) => pair.type, async (type, some) =>
    (await crms.update(type, some.map(({ pair, values }) => ({ id: pair.salesforceId, [floorField.salesforce]: values.hubspot[floorField.hubspot] })))).map(({ success }) => success)));
  return {
    read: (pair: Pair): Promise<Values> => readBoth(pair),
    write: async (write: { pair: Pair; values: Values }): Promise<void> => { if (!(await writeOne(write))) throw new Error('Salesforce refused the update'); },
  };
}

async function main(): Promise<void> {
  const { FLOOR_TEMPORAL: address, FLOOR_HUBSPOT: hubspot, FLOOR_SALESFORCE: salesforce } = z.object({ FLOOR_TEMPORAL: z.string(), FLOOR_HUBSPOT: z.string(), FLOOR_SALESFORCE: z.string() }).parse(process.env);
  Runtime.install({ logger: new DefaultLogger('WARN'), shutdownSignals: ['SIGTERM', 'SIGINT'] });
  const workflowsPath = join(import.meta.dirname, 'workflows.ts');
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }), taskQueue: taskQueues(floorConnection).workflows, shutdownGraceTime: '1 second',
    workflowBundle: await bundleWorkflowCode({ workflowsPath, preloadModules: [workflowsPath], logger: new DefaultLogger('WARN') }),
    activities: createActivities(await openCrms({ hubspot, salesforce })), maxConcurrentActivityTaskExecutions: 100,
  });
  const running = worker.run();
  console.log('Worker ready');
  await running;
}

await main();
