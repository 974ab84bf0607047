import type { Violation } from '../soak/story.ts';
import type { ChaosStory } from './story.ts';

/** A contact's run ends when it goes on in another, or was merged; a job's when it is over. */
const wellEnded = new Set(['RUNNING', 'COMPLETED', 'CONTINUED_AS_NEW']);

/** No run is stuck or has failed, nothing still fails, the connection is healthy, and no worker gave up. */
export function checkWorkflows({ workflows, troubles, deaths }: Pick<ChaosStory, 'workflows' | 'troubles' | 'deaths'>): Violation[] {
  const found: Violation[] = [];
  for (const { workflowId, type, status, failedTasks, taskAttempt, retrying } of workflows) {
    const say = (invariant: string, what: string): void => { found.push({ invariant, hubspotId: '', what: `${workflowId} (${type}): ${what}` }); };
    if (!wellEnded.has(status)) say('a run that ended badly', status);
    for (const why of failedTasks) say('a failed workflow task', why);
    if (taskAttempt > 1) say('a stuck workflow', `its task is tried for the ${taskAttempt}th time`);
    for (const { activity, attempt, failure } of retrying) say('an activity that still fails', `${activity}, attempt ${attempt}: ${failure}`);
  }
  for (const what of troubles) found.push({ invariant: 'trouble with the connection', hubspotId: '', what });
  for (const what of deaths) found.push({ invariant: 'a worker that ended by itself', hubspotId: '', what });
  return found;
}
