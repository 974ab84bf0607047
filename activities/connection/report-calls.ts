import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { noCalls, type Spent } from '../../sync/allocation.ts';
import { workflowIds } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import type { Allowances } from '../crm/allowances.ts';

const looksEveryMs = 250;
/** Few calls with much room left need not be known at once: an idle connection would be told twice a minute of its polls. */
const atLatestMs = 300_000;
const nothing = (): Spent => ({ calls: noCalls(), account: null, refusedUntil: 0 });

/**
 * Tells the connection of this worker's API calls: at once where they are many, or a large part of the room that is left; else every 5
 * minutes. `end` tells the rest. What cannot be told is told next time.
 */
export function reportCalls(client: Client, connection: string, { hubspot, salesforce }: Pick<Allowances, 'hubspot' | 'salesforce'>): { end(): Promise<void> } {
  const worker = randomUUID();
  let told = Date.now();
  let telling = Promise.resolve();
  const tell = async (all: boolean): Promise<void> => {
    const reports = { hubspot: hubspot.toReport(), salesforce: salesforce.toReport() };
    const some = Object.values(reports).filter((report) => report !== null);
    if (some.length === 0 || (!all && !some.some(({ urgent }) => urgent) && Date.now() - told < atLatestMs)) return;
    const input = { worker, hubspot: reports.hubspot?.spent ?? nothing(), salesforce: reports.salesforce?.spent ?? nothing() };
    try {
      await client.workflow.getHandle(workflowIds.connection(connection)).signal(messages.spent, input);
    } catch {
      return;
    }
    for (const report of some) report.done();
    told = Date.now();
  };
  const timer = setInterval(() => { telling = telling.then(() => tell(false)); }, looksEveryMs);
  return {
    end: async () => {
      clearInterval(timer);
      await telling;
      await tell(true);
    },
  };
}
