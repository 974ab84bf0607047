import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { ToldFailure } from '../../activities/failure.ts';
import type { Log } from './log.ts';
import { placeOf } from './sdk-logger.ts';

/** An attempt of an activity that failed; without its message, which may quote values. */
export interface FailedAttempt {
  activity: string;
  workflowId: string;
  attempt: number;
  /** `ErrorCategory` where a CRM failed or refused; else `defect`, or the type of the failure. */
  category: string;
  code: string;
  /** The failure itself, for who may see its words. */
  error: unknown;
}

/** Tells of every attempt of an activity that failed, wherever it did. A cancellation is no failure. */
export const activityOutcomes = (failed: (attempt: FailedAttempt) => void): ActivityInterceptorsFactory => ({ info, cancellationSignal }) => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        if (!(error instanceof CancelledFailure) && !cancellationSignal.aborted) failed({ activity: info.activityType, workflowId: info.workflowExecution?.workflowId ?? '', attempt: info.attempt, ...classOf(error), error });
        throw error;
      }
    },
  },
});

/** Our activities put category and code of what a CRM answered into the first detail (`activities/failure.ts`). */
function classOf(error: unknown): Pick<FailedAttempt, 'category' | 'code'> {
  if (!(error instanceof ApplicationFailure)) return { category: 'defect', code: error instanceof Error ? error.name : 'unknown' };
  const told = (error.details as [ToldFailure?] | undefined)?.[0]?.error;
  return { category: told?.category ?? error.type ?? 'other', code: told?.code ?? error.type ?? 'other' };
}

/** By category; whatever else a CRM refuses, or has no answer to, is a warning. That a feed waits for the connection, or ends with its worker, is meant so. */
const levels: Partial<Record<string, 'error' | 'info'>> = { defect: 'error', ConnectionNotReady: 'info', WorkerEnding: 'info' };

/** One line for a failed attempt; with its message only where the log may hold values. */
export function logFailure(log: Log, { error, ...told }: FailedAttempt): void {
  const place = told.category === 'defect' && error instanceof Error ? { error: placeOf(error) } : {};
  const message = log.isLevelEnabled('debug') ? { message: error instanceof Error ? error.message : String(error) } : {};
  log[levels[told.category] ?? 'warn']({ ...told, ...place, ...message }, 'An activity failed.');
}
