import { workflowIds } from '../workflows/ids.ts';
import { hubspotPerSecond } from './calls.ts';
import { counted, type Plain } from './floor/counted.ts';
import { fillPlainly } from './floor/fill.ts';
import { withSandboxes } from './floor/world.ts';
import { alternating, best, ofRounds } from './measure/alternating.ts';
import { importStreams } from './measure/import-history.ts';
import { actionsOf, ofWorker, spending, type Spent } from './measure/spent.ts';
import { perContact, rates, report, routes } from './measure/measured.ts';
import { round } from './measure/statistics.ts';
import { unlagged, withBench } from './world.ts';

export interface DataOptions {
  /** People that only Salesforce has. */
  contacts: number;
  rateLimit: boolean;
  random: number;
  rounds: number;
}

interface DataRun {
  seconds: number;
  filled: number;
  spent: Spent;
}

/**
 * Imports and fills people that only Salesforce has until all data is in, and breaks off there: what `fill` measures first, in a minute in
 * place of ten. That each contact is right is checked by `fill`. With the rate limits on it is held against what they allow, not against the
 * script without Temporal, which knows none.
 */
export async function data(options: DataOptions): Promise<string[]> {
  const { contacts, rateLimit, rounds } = options;
  const runs = await alternating(rounds, () => dataOnce(options), () => (rateLimit ? Promise.resolve(null) : floorOf(options)));
  const { seconds, spent } = best(runs.measured, (run) => contacts / run.seconds);
  const floors = runs.floor.filter((floor) => floor !== null);
  const floor = floors.length === 0 ? null : best(floors, (run) => contacts / run.seconds);
  const allowed = hubspotPerSecond / (spent.calls.hubspot.total / contacts);
  report(
    `Data of an import and fill of ${contacts} contacts that only Salesforce has; ${rateLimit ? `the best of ${rounds}, both CRMs' rate limits on` : `${ofRounds(rounds)}; no rate limits`}.`,
    {
      bench: 'data', ...rates(contacts, seconds, floor === null ? null : contacts / floor.seconds), callsPerContact: perContact(spent.calls, contacts),
      actionsPerContact: round(actionsOf(spent) / contacts), ...ofWorker(spent),
    },
    {
      notes: { floorPerSecond: 'the limits are on', ratioToFloor: 'the limits are on' },
      rows: [
        ["contacts a second that HubSpot's limit allows in the long run", round(allowed, 1), `${round(contacts / seconds / allowed)} times that${rateLimit ? '' : ', with the limit off'}`],
        ...routes(spent.calls, floor?.calls),
      ],
      more: { partOfHubSpotLimit: round(contacts / seconds / allowed) },
    },
  );
  return runs.measured.flatMap(({ filled }) => (filled === contacts ? [] : [`${filled} of ${contacts} contacts are filled`]));
}

const dataOnce = ({ contacts, rateLimit, random }: DataOptions): Promise<DataRun> => withBench({ contacts, random, env: unlagged(rateLimit) }, async (bench) => {
  const { client, connection, sluice } = bench;
  const { result: { filled, start }, spent } = await spending(bench, async () => {
    const start = Date.now();
    const { workflowId } = await sluice.startImport({});
    let filled = 0;
    for await (const progress of sluice.watch(workflowId)) {
      if (progress.job === 'import') filled = progress.now.filled;
      if (filled === contacts) break;
    }
    return { filled, start };
  });
  const { dataUntil } = await importStreams(client, workflowIds.import(connection, 'first'));
  return { seconds: (dataUntil - start) / 1000, filled, spent };
});

const floorOf = ({ contacts, random }: DataOptions): Promise<Plain> => withSandboxes({ contacts, random, env: unlagged(false) }, (urls) => counted(urls, () => fillPlainly(urls)));
