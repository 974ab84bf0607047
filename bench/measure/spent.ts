import { countCalls, forgetCalls, type BothCounted } from '../calls.ts';
import type { Bench } from '../world.ts';
import { actionsSince, stateChanging, type Actions } from './actions.ts';
import type { Measured } from './measured.ts';
import { round } from './statistics.ts';
import type { Usage } from './usage.ts';

/** What a piece of work took, of the APIs, of Temporal and of the worker. */
export interface Spent {
  calls: BothCounted;
  actions: Actions;
  /** Contacts' workflows that were started. */
  started: number;
  cpuSeconds: number;
  /** Of the worker, since it began. */
  peakMiB: number;
}

/** Runs `work` and says what it took. The worker must be the same before and after. */
export async function spending<T>(bench: Bench, work: () => Promise<T>): Promise<{ result: T; spent: Spent }> {
  const before = { actions: await bench.actions(), workflows: await contactWorkflows(bench), usage: await bench.usage() };
  await forgetCalls(bench);
  const result = await work();
  const { calls } = await countCalls(bench);
  const { cpuSeconds, peakMiB } = await bench.usage();
  const actions = actionsSince(before.actions, await bench.actions());
  return { result, spent: { calls, actions, started: await contactWorkflows(bench) - before.workflows, cpuSeconds: cpuSeconds - before.usage.cpuSeconds, peakMiB } };
}

/** What the worker used, as a bench reports it. */
export const ofWorker = ({ peakMiB, cpuSeconds }: Usage): Pick<Measured, 'workerPeakMiB' | 'workerCpuSeconds'> => ({ workerPeakMiB: round(peakMiB, 0), workerCpuSeconds: round(cpuSeconds, 2) });

/** How many state-changing requests that were. */
export const actionsOf = ({ actions, started }: Pick<Spent, 'actions' | 'started'>): number => stateChanging(actions, started);

const contactWorkflows = async ({ client, connection }: Bench): Promise<number> =>
  (await client.workflow.count(`WorkflowType = 'contactSync' AND Connection = '${connection}' AND ExecutionStatus = 'Running'`)).count;
