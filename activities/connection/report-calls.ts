import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { noCalls, type Spent } from '../../sync/allocation.ts';
import { workflowIds } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import type { Allowances } from '../crm/allowances.ts';
import { systemClock, type Clock } from '../crm/clock.ts';

const looksEveryMs = 250;
/** Few calls with much room left need not be known at once: an idle connection would be told twice a minute of its polls. */
const atLatestMs = 300_000;
const nothing = (): Spent => ({ calls: noCalls(), account: null, refusedUntil: 0 });

type Reporting = Pick<Allowances, 'hubspot' | 'salesforce'>;

/** Tells the connection of this worker's API calls. */
export const reportCalls = (client: Client, connection: string, allowances: Reporting): { end(): Promise<void> } =>
  reportTo((spent) => client.workflow.getHandle(workflowIds.connection(connection)).signal(messages.spent, spent), allowances);

/**
 * Has `send` tell of this worker's API calls: at once where they are many, or a large part of the room that is left; else every 5
 * minutes. `end` tells the rest. What cannot be told is told next time.
 */
export function reportTo(send: (spent: messages.SpentReport) => Promise<void>, { hubspot, salesforce }: Reporting, clock: Clock = systemClock): { end(): Promise<void> } {
  const worker = randomUUID();
  let told = clock.now();
  let telling = Promise.resolve();
  const tell = async (all: boolean): Promise<void> => {
    const reports = { hubspot: hubspot.toReport(), salesforce: salesforce.toReport() };
    const some = Object.values(reports).filter((report) => report !== null);
    if (some.length === 0 || (!all && !some.some(({ urgent }) => urgent) && clock.now() - told < atLatestMs)) return;
    const input = { worker, hubspot: reports.hubspot?.spent ?? nothing(), salesforce: reports.salesforce?.spent ?? nothing() };
    try {
      await send(input);
    } catch {
      return;
    }
    for (const report of some) report.done();
    told = clock.now();
  };
  const look = (): void => {
    telling = telling.then(() => tell(false));
    cancel = clock.after(looksEveryMs, look);
  };
  let cancel = clock.after(looksEveryMs, look);
  return {
    end: async () => {
      cancel();
      await telling;
      await tell(true);
    },
  };
}
