import { crms } from '../workflows/ids.ts';
import { crmNames, hubspotPerSecond, type BothCounted } from './calls.ts';
import { fillOnce, type Filled, type FillOptions } from './fill-run.ts';
import { counted, type Plain } from './floor/counted.ts';
import { fillPlainly } from './floor/fill.ts';
import { startPlainly } from './floor/starts.ts';
import { withSandboxes } from './floor/world.ts';
import { byType, queries, signalWithStart, stateChanging } from './measure/actions.ts';
import { alternating, best, ofRounds } from './measure/alternating.ts';
import { perContact, rates, report, routes, type Measured, type Telling } from './measure/measured.ts';
import { ofWorker } from './measure/spent.ts';
import { round } from './measure/statistics.ts';
import { copyOneByOne } from './peer/copy.ts';
import { unlagged } from './world.ts';

export interface FillFigureOptions extends FillOptions {
  rounds: number;
  /** The script that a developer would write instead, on the same data. */
  peer: boolean;
}

/** One round of the floors: the same calls without Temporal, and the same starts without a sync. */
interface Floor extends Plain {
  startSeconds: number;
}

/** Per new contact, with no segment set: import and fill together. */
const mostCalls = { hubspot: 0.05, salesforce: 0.015 };
/** Lists and first pages come once, whatever the number. */
const callsOnce = 6;

/**
 * Imports and fills people that only Salesforce has, beside its two floors and a peer. Answers what is wrong with the result, each as a
 * sentence.
 */
export async function fill(options: FillFigureOptions): Promise<string[]> {
  const { contacts, rounds } = options;
  const runs = await alternating(rounds, () => fillOnce(options, false), () => floorOf(options));
  const filled = best(runs.measured, ({ dataSeconds }) => contacts / dataSeconds);
  const floor = best(runs.floor, ({ seconds }) => contacts / seconds);
  const behind = best(runs.measured, (one) => one.behindPerSecond).behindPerSecond;
  const starts = contacts / Math.min(...runs.floor.map(({ startSeconds }) => startSeconds));
  const peer = options.peer ? await peerOf(options) : null;
  report(
    `Import and fill of ${contacts} contacts that only Salesforce has, until all data is in; ${ofRounds(rounds)}; ${options.rateLimit ? "both CRMs' rate limits on" : 'no rate limits'}.`,
    figures(options, filled, floor), telling(options, filled, floor, { behind, starts, peer }),
  );
  return [...runs.measured.flatMap(({ problems }) => problems), ...(options.segment ? [] : tooManyCalls(contacts, filled.calls))];
}

const floorOf = (options: FillFigureOptions): Promise<Floor> => withSandboxes({ ...options, env: unlagged(options.rateLimit) }, async (urls) => {
  const plain = await counted(urls, () => fillPlainly(urls));
  return { ...plain, startSeconds: await startPlainly(options.contacts, urls) };
});

const peerOf = (options: FillFigureOptions): Promise<Plain> => withSandboxes({ ...options, env: unlagged(options.rateLimit) }, (urls) => counted(urls, () => copyOneByOne(urls)));

function figures({ contacts }: FillFigureOptions, { dataSeconds, calls, spent }: Filled, floor: Plain): Measured {
  return {
    bench: 'fill', ...rates(contacts, dataSeconds, contacts / floor.seconds), callsPerContact: perContact(calls, contacts),
    actionsPerContact: round(stateChanging(spent.actions, spent.started) / contacts), ...ofWorker(spent),
  };
}

function telling({ contacts, rateLimit }: FillFigureOptions, filled: Filled, floor: Plain, { behind, starts, peer }: { behind: number; starts: number; peer: Plain | null }): Telling {
  const { spent, calls, seconds, secondsBehind, dataSeconds, result } = filled;
  // What creates a workflow is its start, and a signal where it runs already; the job's own steps count as the data's.
  const behindActions = (spent.actions[signalWithStart] ?? 0) + spent.started;
  const dataActions = stateChanging(spent.actions, spent.started) - behindActions;
  const calledPerSecond = calls.hubspot.total / dataSeconds;
  const beside = peer === null ? [] : [
    ['peer, one contact at a time: seconds', round(peer.seconds, 1), `Sluice: ${round(dataSeconds, 1)}`],
    ...crms.map((crm) => [`peer: ${crmNames[crm]} calls per contact`, perContact(peer.calls, contacts)[crm], `Sluice: ${perContact(calls, contacts)[crm]}`]),
  ] as [string, string | number, string][];
  return {
    rows: [
      ['created, filled, email-only', `${result.created}, ${result.now.filled}, ${result.now.emailOnly}`],
      ['seconds until each has its workflow', round(seconds, 1), `${round(secondsBehind, 1)} more until each has done its first task`],
      ['workflows behind the data, a second', round(behind, 1), `floor ${round(starts, 1)}, ratio ${round(behind / starts, 3)}`],
      ['actions per contact: data / the workflow behind it', `${round(dataActions / contacts)} / ${round(behindActions / contacts)}`, `${queries(spent.actions)} queries are not counted`],
      ['HubSpot calls a second', round(calledPerSecond, 1), `${round((calledPerSecond / hubspotPerSecond) * 100, 0)} % of HubSpot's limit${rateLimit ? '' : ', which is off'}`],
      ...byType(spent.actions, (n) => round(n / contacts)),
      ...routes(calls, floor.calls),
      ...beside,
    ],
    more: {
      behind: { contactsPerSecond: round(behind, 1), floorPerSecond: round(starts, 1), ratioToFloor: round(behind / starts, 3), seconds: round(seconds + secondsBehind, 2) },
      actions: { data: round(dataActions / contacts), behind: round(behindActions / contacts) },
      partOfHubSpotLimit: round(calledPerSecond / hubspotPerSecond, 3),
      ...(peer !== null && { peer: { seconds: round(peer.seconds, 2), callsPerContact: perContact(peer.calls, contacts) } }),
    },
  };
}

function tooManyCalls(contacts: number, calls: BothCounted): string[] {
  return crms.filter((crm) => calls[crm].total > mostCalls[crm] * contacts + callsOnce).map((crm) => `${calls[crm].total} ${crm} calls for ${contacts} contacts are more than ${mostCalls[crm]} each and ${callsOnce}`);
}
