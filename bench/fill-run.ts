import type { ImportProgress } from '../workflows/messages.ts';
import { workflowIds } from '../workflows/ids.ts';
import type { BothCounted } from './calls.ts';
import { checkEdits } from './edits.ts';
import { failCalls, stopFailing } from './faults.ts';
import { feedsAtRest } from './feeds-at-rest.ts';
import { checkFilled } from './filled.ts';
import { countLiveSyncs } from './live-syncs.ts';
import { behindPerSecond, importStreams } from './measure/import-history.ts';
import { spending, type Spent } from './measure/spent.ts';
import { caughtUp, importAll, selectEveryone, soon, unlagged, withBench } from './world.ts';

export interface FillOptions {
  /** People that only Salesforce has. */
  contacts: number;
  segment: boolean;
  segmentLagMs: number;
  rateLimit: boolean;
  /** An import lists more records of one type by a bulk query job; above 10,000, as the product has it. */
  bulkAbove?: number;
  random: number;
}

/** What one run came to. */
export interface Filled {
  seconds: number;
  /** From then on until each workflow had done its first task. */
  secondsBehind: number;
  /** Until all data was in. */
  dataSeconds: number;
  /** Workflows a second behind the data. */
  behindPerSecond: number;
  result: ImportProgress;
  calls: BothCounted;
  spent: Spent;
  /** Contacts that synced by themselves, beside the pages; counted with the feeds on, since it takes a call for each contact. */
  liveSyncs: number;
  /** Calls that were made to fail, by kind. */
  faults: Record<string, number>;
  problems: string[];
}

/**
 * Imports and fills `contacts` people that only Salesforce has. Calls are counted by the sandboxes, from the start of the import until each
 * contact's workflow is there.
 */
export function fillOnce({ contacts, segment, segmentLagMs, rateLimit, bulkAbove, random }: FillOptions, feeds: boolean, failing?: { part: number; seed: number }): Promise<Filled> {
  const env = { SANDBOX_SEGMENT_LAG_MS: String(segmentLagMs), ...(bulkAbove === undefined ? {} : { SLUICE_BULK_ABOVE: String(bulkAbove) }), ...unlagged(rateLimit) };
  return withBench({ contacts, random, env }, async (bench) => {
    const { client, connection, sluice } = bench;
    if (segment) await selectEveryone(bench);
    if (feeds) await bench.switchOnFeeds();
    const before = await bench.crms.salesforce.records();
    const { result, spent } = await spending(bench, async () => {
      if (failing !== undefined) await failCalls(bench, failing.part, failing.seed);
      const start = Date.now();
      const result = await importAll(sluice);
      const seconds = (Date.now() - start) / 1000;
      await caughtUp(bench);
      const until = Date.now();
      const secondsBehind = (until - start) / 1000 - seconds;
      if (feeds) await feedsAtRest(bench, Date.now());
      const faults = failing === undefined ? {} : await stopFailing(bench);
      if (failing !== undefined) await soon('each contact is in sync', async () => (await sluice.listContacts({ status: 'in-sync', limit: 1 })).total === (await sluice.listContacts({ limit: 1 })).total, 600);
      return { result, seconds, secondsBehind, faults, start, until };
    });
    const { start, until, ...times } = result;
    const streams = await importStreams(client, workflowIds.import(connection, 'first'));
    const liveSyncs = feeds ? await countLiveSyncs(client, connection) : 0;
    const problems = [...await checkFilled({ client, connection, crms: bench.crms, before }), ...await checkEdits({ sluice, crms: bench.crms, random })];
    if ((await bench.crms.salesforce.records()).length !== before.length) problems.push('Salesforce has another number of records than before');
    return {
      ...times, dataSeconds: (streams.dataUntil - start) / 1000, behindPerSecond: behindPerSecond(streams, until),
      calls: spent.calls, spent, liveSyncs, problems,
    };
  });
}
