import type { Violation } from '../soak/story.ts';
import type { ChaosStory } from './story.ts';

/** A contact's run ends when it goes on in another, or was merged; a job's when it is over. */
const wellEnded = new Set(['RUNNING', 'COMPLETED', 'CONTINUED_AS_NEW']);

/** What no replay comes to: the run begins anew by itself (docs/decisions/0019). */
const beganAnew = /Nondeterminism error: .*HistoryEvent\(id: \d+,|no replay comes to/;

/** Whether a run stood still for that defect, or is the one that began anew. */
export const isRewound = ({ status, failedTasks }: ChaosStory['workflows'][number]): boolean =>
  failedTasks.length > 0 && failedTasks.every((why) => beganAnew.test(why)) && (status === 'TERMINATED' || failedTasks.some((why) => why.includes('no replay comes to')));

/** No run is stuck or has failed, nothing still fails, the connection is healthy, and no worker gave up. */
export function checkWorkflows({ workflows, troubles, deaths }: Pick<ChaosStory, 'workflows' | 'troubles' | 'deaths'>): Violation[] {
  const found: Violation[] = [];
  for (const run of workflows) {
    const { workflowId, type, status, failedTasks, taskAttempt, retrying } = run;
    const say = (invariant: string, what: string): void => { found.push({ invariant, hubspotId: '', what: `${workflowId} (${type}): ${what}` }); };
    const rewound = isRewound(run);
    if (!wellEnded.has(status) && !(rewound && status === 'TERMINATED')) say('a run that ended badly', status);
    for (const why of rewound ? [] : failedTasks) say('a failed workflow task', why);
    if (taskAttempt > 1) say('a stuck workflow', `its task is tried for the ${taskAttempt}th time`);
    for (const { activity, attempt, failure } of retrying) say('an activity that still fails', `${activity}, attempt ${attempt}: ${failure}`);
  }
  for (const what of troubles) found.push({ invariant: 'trouble with the connection', hubspotId: '', what });
  for (const what of deaths) found.push({ invariant: 'a worker that ended by itself', hubspotId: '', what });
  return found;
}
