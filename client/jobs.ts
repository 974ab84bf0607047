import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { workflowIds, type ResyncScope } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { importStart, resyncStart, type StartOptions } from '../workflows/start.ts';
import type { Calls } from './calls.ts';
import { tell, SluiceFailure } from './failures.ts';

/** An import or resync that runs. */
export interface StartedJob {
  workflowId: string;
  /** It ran before, with its own input; nothing new was started. */
  alreadyRunning: boolean;
}

/** What `progress` answers, of an import or a resync. */
export type Progress = messages.ImportProgress | messages.ResyncProgress;

const pollMs = 500;

/** A worker that is busy with the job may be late with an answer, and a server may be started again; the job goes on all the same. */
function silence(failure: unknown): null {
  if (failure instanceof SluiceFailure && (failure.kind === 'no-answer' || failure.kind === 'no-server')) return null;
  throw failure;
}

/** Starting, watching and pausing of imports and resyncs. */
export function jobRequests(client: Client, connection: string, calls: Calls) {
  const start = async <Input>(workflowType: string, options: StartOptions<Input>): Promise<StartedJob> => {
    const { workflowId } = options;
    // A job of a connection that cannot sync would only fail, and without a worker it would wait unseen.
    const { status, problems } = await calls.query(workflowIds.connection(connection), messages.health);
    if (status === 'not-ready') throw new SluiceFailure('refused', `Nothing was started, since the connection "${connection}" is not ready: ${problems.join(' ')}`);
    const alreadyRunning = await calls.call(async () => {
      try {
        return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    }, '');
    await calls.call(() => client.workflow.start(workflowType, { ...options, workflowIdConflictPolicy: 'USE_EXISTING' }), '');
    return { workflowId, alreadyRunning };
  };
  const missing = (workflowId: string): string => `${workflowId} does not run and has not run lately.`;
  const progress = (workflowId: string): Promise<Progress> => calls.query(workflowId, messages.progress, missing(workflowId));
  const send = (workflowId: string, signal: typeof messages.pause): Promise<void> =>
    calls.call(() => client.workflow.getHandle(workflowId).signal(signal, {}), `${workflowId} does not run.`);

  /** The result, whatever runs the job went through; a long poll, which needs no worker. */
  const result = async (workflowId: string): Promise<Progress> => {
    try {
      return await client.workflow.getHandle<() => Promise<Progress>>(workflowId).result();
    } catch (error) {
      const told = tell(error);
      if (told.kind === 'job-failed') throw new SluiceFailure('job-failed', told.sentence, error);
      if (told.kind === 'no-server') throw new SluiceFailure('no-server', `Temporal does not answer any more (${told.details}).`, error);
      if (told.kind === 'not-found') throw new SluiceFailure('not-found', missing(workflowId), error);
      throw error;
    }
  };

  return {
    /** Imports from Salesforce. Starting an import that runs is success and points to it. `label` (default `first`) tells imports apart. */
    startImport: async ({ label = 'first', ...input }: messages.ImportInput & { label?: string }): Promise<StartedJob> => {
      if (!/^[^/\s]+$/.test(label)) throw new SluiceFailure('refused', `The label "${label}" cannot be used: it must have no space and no slash.`);
      return start('salesforceImport', importStart(connection, label, input));
    },
    /** Resyncs the members of the segment in force, or everything. */
    startResync: (scope: Exclude<ResyncScope, 'relabel'>, input: messages.ResyncJobInput = {}): Promise<StartedJob> =>
      start('segmentResync', resyncStart(connection, scope, input)),
    /** How far a job is, or was when it ended. */
    progress,
    /**
     * How far a job is, twice a second until it closes; the last value is its result.
     * @throws SluiceFailure `job-failed` with the job's sentence, or where no worker answers.
     */
    async *watch(workflowId: string): AsyncGenerator<Progress, void> {
      const left = new AbortController();
      const end = client.workflow.withAbortSignal(left.signal, () => result(workflowId));
      const closed = end.then(() => true, () => true);
      try {
        do {
          const now = await progress(workflowId).catch(silence);
          if (now?.finishedAt != null) break;
          if (now !== null) yield now;
        } while (!(await Promise.race([closed, sleep(pollMs, false)])));
        yield await end;
      } finally {
        // Whoever stops looking would leave the long poll open until the job ends: a browser that closes, for example.
        left.abort();
      }
    },
    pauseJob: (workflowId: string): Promise<void> => send(workflowId, messages.pause),
    resumeJob: (workflowId: string): Promise<void> => send(workflowId, messages.resume),
    /** Ends a job between two pages; what it has done stays. */
    cancelJob: async (workflowId: string): Promise<void> => {
      await calls.call(() => client.workflow.getHandle(workflowId).cancel(), `${workflowId} does not run.`);
    },
    /** The id of an import or resync. */
    jobId: { import: (label: string) => workflowIds.import(connection, label), resync: (scope: ResyncScope) => workflowIds.resync(connection, scope) },
  };
}
