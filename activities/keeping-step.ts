import { setTimeout as sleep } from 'node:timers/promises';
import type { HubSpotContactId } from '../sync/records.ts';
import { state } from '../workflows/messages.ts';
import { workflowIds } from '../workflows/ids.ts';
import type { World } from './world.ts';

/** Of so many workflows that are told or started one after the other, the last is waited for. */
export const stride = 4;
/** So long after a single edit others are expected. */
const singleEditsMs = 10_000;
/** A workflow that has not answered by then, for want of a worker or since it has ended, is not waited for. */
const answerMs = 10_000;

/** Work on many contacts keeps to what the workers take up, and to half of that while people make single edits. */
export interface KeepingStep {
  /** Somebody's single edit has come to this worker. */
  single(): void;
  /** Tells or starts the workflow of this contact by `work`, once it may; ends when the next one may. Rejects as `work` does. */
  tell(id: HubSpotContactId, work: () => Promise<void>): Promise<void>;
}

/**
 * A start or a signal counts as done before the workflow's task is: nothing else would slow whoever tells many down to what the workers take
 * up, and every task that waits stands before a live edit's. So now and then a workflow is asked for its state, which it answers only once it
 * has taken up what it was told. With single edits about, all are told one by one, and nobody for as long again as the answer took.
 */
export function keepingStep({ client, connection }: Pick<World, 'client' | 'connection'>): KeepingStep {
  let told = 0;
  let singleAt = -Infinity;
  let line: Promise<unknown> = Promise.resolve();
  /** How long the workflow took to take it up, in ms; 0 where it is none to be asked. */
  const takenUp = async (id: HubSpotContactId): Promise<number> => {
    told += 1;
    if (told % stride !== 0) return 0;
    const asked = performance.now();
    await client.withDeadline(Date.now() + answerMs, () => client.workflow.getHandle(workflowIds.contact(connection, id)).query(state)).catch(() => undefined);
    return performance.now() - asked;
  };
  return {
    single: () => { singleAt = performance.now(); },
    async tell(id, work) {
      const untilTakenUp = async (): Promise<number> => {
        await work();
        return takenUp(id);
      };
      if (performance.now() - singleAt > singleEditsMs) {
        await untilTakenUp();
        return;
      }
      const turn = line.then(async () => sleep(await untilTakenUp()));
      line = turn.catch(() => undefined);
      await turn;
    },
  };
}
