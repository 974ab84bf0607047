import * as wf from '@temporalio/workflow';
import { allowanceWait } from '../failure.ts';
import type { Job } from './job.ts';

/**
 * The same activities; where the API's allocation has no room for one, the job shows that it waits and asks again later. A `resume`
 * has it ask at once.
 */
export function withinAllowance<A extends Record<string, (...args: never[]) => Promise<unknown>>>(activities: A, job: Job, show: () => void): A {
  const wrapped = Object.entries(activities).map(([name, run]) => [name, async (...args: never[]) => {
    for (;;) {
      try {
        return await run(...args);
      } catch (error) {
        const wait = allowanceWait(error);
        if (wait === null) throw error;
        job.waits = { until: new Date(Date.now() + wait.ms).toISOString(), why: wait.why };
        show();
        await wf.condition(() => job.waits === null, wait.ms);
        job.waits = null; // the other pages look too
        show();
      }
    }
  }]);
  return Object.fromEntries(wrapped) as A;
}
