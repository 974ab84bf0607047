import * as z from 'zod';
import { request } from '../demo/http.ts';
import type { SalesforceRecord } from '../demo/people.ts';
import { workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import type { ResyncProgress } from '../workflows/messages.ts';
import { hubspotPerSecond, totalOf } from './calls.ts';
import { counted } from './floor/counted.ts';
import { inLanes } from './floor/lanes.ts';
import { resyncPlainly } from './floor/resync.ts';
import { alternating, best, ofRounds } from './measure/alternating.ts';
import { perContact, rates, report, routes } from './measure/measured.ts';
import { actionsOf, ofWorker, spending, type Spent } from './measure/spent.ts';
import { round } from './measure/statistics.ts';
import { caughtUp, importAll, selectEveryone, unlagged, withBench, type Bench } from './world.ts';
import { watchWrites } from './writes.ts';

export interface ResyncOptions {
  contacts: number;
  /** The part of them that differs, beside a run where none does; 0: only the latter. */
  differing: number;
  rounds: number;
  rateLimit: boolean;
  random: number;
}

interface Resynced { seconds: number; spent: Spent; progress: ResyncProgress; /** Events that came to the contacts' histories. */ events: number }

/** What a resync may call where nothing differs: members, contacts, records, and what comes once. */
const allowedCalls = (contacts: number): number => Math.ceil(contacts / 250 + contacts / 100 + contacts / 200 + 20);
/** Against one where nothing differs and the live cost of those that differ. */
const mostTimes = 1.5;
const inFlight = 16;
const text = z.string().catch('');

/** Resyncs a segment that is in sync, beside its floor; then, where asked, one where a part differs. Answers what is wrong, each as a sentence. */
export async function resync({ contacts, differing, rounds, rateLimit, random }: ResyncOptions): Promise<string[]> {
  return withBench({ contacts, random, env: unlagged(rateLimit) }, async (bench) => {
    await selectEveryone(bench);
    await importAll(bench.sluice);
    await caughtUp(bench);
    const segmentId = (await bench.sluice.settings()).segment?.id ?? '';
    const records = (await bench.crms.salesforce.records()).filter(({ externalId }) => externalId !== null);
    const runs = await alternating(rounds, () => resyncOnce(bench, records), () => counted(bench.urls, () => resyncPlainly(bench.urls, segmentId)));
    const measured = best(runs.measured, ({ seconds }) => 1 / seconds);
    const floor = best(runs.floor, ({ seconds }) => 1 / seconds);
    const { spent, progress } = measured;
    const calls = totalOf(spent.calls);
    const events = runs.measured.reduce((sum, run) => sum + run.events, 0);
    const apart = differing > 0 ? await differingCosts(bench, records.slice(0, Math.max(1, Math.round(records.length * differing))), measured) : null;
    const possible = (hubspotPerSecond * contacts) / spent.calls.hubspot.total;
    report(`Resync of a segment of ${contacts} contacts that are in sync; ${ofRounds(rounds)}; ${rateLimit ? "both CRMs' rate limits on" : 'no rate limits'}.`, {
      bench: 'resync', ...rates(contacts, measured.seconds, contacts / floor.seconds), callsPerContact: perContact(spent.calls, contacts), actionsPerContact: round(actionsOf(spent) / contacts),
      ...ofWorker(spent),
    }, {
      rows: [
        ['in sync / told / written', `${progress.unchanged} / ${progress.signalled} / ${progress.written}`],
        ['calls of both CRMs', calls, `at most ${allowedCalls(contacts)}`],
        ["events in contacts' histories", events, 'none are allowed'],
        ["contacts a second that HubSpot's limit allows at these calls", round(possible, 1), `${round((contacts / measured.seconds / possible) * 100, 0)} % of it${rateLimit ? '' : ', which is off'}`],
        ...routes(spent.calls, floor.calls),
        ...(apart?.rows ?? []),
      ],
      more: { calls, callsAllowed: allowedCalls(contacts), contactEvents: events, ...apart?.more },
    });
    return [
      ...(events === 0 ? [] : [`${events} events came to the contacts' histories`]),
      ...(calls <= allowedCalls(contacts) ? [] : [`${calls} calls were made where ${allowedCalls(contacts)} are allowed`]),
      ...(progress.unchanged === contacts ? [] : [`of ${contacts} contacts ${progress.unchanged} were found in sync`]),
    ];
  });
}

async function resyncOnce(bench: Bench, records: readonly SalesforceRecord[]): Promise<Resynced> {
  const before = await eventsOf(bench, records);
  const { result, spent } = await spending(bench, () => resyncAll(bench));
  return { ...result, spent, events: await eventsOf(bench, records) - before };
}

async function resyncAll({ sluice }: Bench): Promise<{ seconds: number; progress: ResyncProgress }> {
  const start = performance.now();
  const { workflowId } = await sluice.startResync('segment');
  let last: ResyncProgress | null = null;
  for await (const now of sluice.watch(workflowId)) if (now.job === 'resync') last = now;
  if (last === null) throw new Error('the resync told nothing');
  return { seconds: (performance.now() - start) / 1000, progress: last };
}

/** How long the histories of these contacts are, together: a workflow task adds at least three events. */
async function eventsOf({ client, connection }: Bench, records: readonly SalesforceRecord[]): Promise<number> {
  let events = 0;
  await inLanes(records.length, inFlight, async (n) => {
    const { historyLength } = await client.workflow.getHandle(workflowIds.contact(connection, records[n]?.externalId ?? '')).describe();
    events += historyLength;
  });
  return events;
}

/** A resync where these differ, against one where nothing does and what the live lane takes for as many. */
async function differingCosts(bench: Bench, records: readonly SalesforceRecord[], inSync: Resynced): Promise<{ rows: [string, string, string][]; more: Record<string, unknown> }> {
  const live = await spending(bench, () => change(bench, records, 'Live', async () => {
    await inLanes(records.length, inFlight, (n) => bench.client.workflow.getHandle(workflowIds.contact(bench.connection, records[n]?.externalId ?? '')).signal(messages.changed, { source: 'salesforce', kind: 'change' }));
  }));
  const both = await spending(bench, () => change(bench, records, 'Bulk', () => resyncAll(bench)));
  const calls = (spent: Spent): number => totalOf(spent.calls);
  const times = {
    calls: round(calls(both.spent) / (calls(inSync.spent) + calls(live.spent)), 2),
    cpu: round(both.spent.cpuSeconds / (inSync.spent.cpuSeconds + live.spent.cpuSeconds), 2),
  };
  return {
    rows: [
      [`${records.length} of them differ: calls`, String(calls(both.spent)), `in sync ${calls(inSync.spent)} + live ${calls(live.spent)}: ${times.calls} times, at most ${mostTimes}`],
      ['  CPU of the worker, seconds', both.spent.cpuSeconds.toFixed(2), `in sync ${inSync.spent.cpuSeconds.toFixed(2)} + live ${live.spent.cpuSeconds.toFixed(2)}: ${times.cpu} times, at most ${mostTimes}`],
      ['  seconds until the last has arrived', both.result.toFixed(1), `live alone ${live.result.toFixed(1)}`],
    ],
    more: { differing: records.length, times },
  };
}

/** Somebody changes these in Salesforce; how many seconds it took until `carry` had brought all of them over. */
async function change({ urls }: Bench, records: readonly SalesforceRecord[], word: string, carry: () => Promise<unknown>): Promise<number> {
  for (const [n, { id }] of records.entries()) await request(z.unknown(), `${urls.salesforce}/_sandbox/edit`, { method: 'POST', body: { id, fields: { Title: `${word} ${n}` } } });
  const arrived = await watchWrites(urls.hubspot);
  const start = Date.now();
  await carry();
  return (await arrived(records.length, ({ fields }) => text.parse(fields['jobtitle']).startsWith(word), 300) - start) / 1000;
}
