import * as z from 'zod';
import { request } from '../demo/http.ts';
import type { SalesforceRecord } from '../demo/people.ts';
import { crms } from '../workflows/ids.ts';
import { feedsAtRest } from './feeds-at-rest.ts';
import { inLanes } from './floor/lanes.ts';
import { editingMeanwhile, idleLatencies, latenciesOf, liveProperty } from './live-edits.ts';
import { byType } from './measure/actions.ts';
import { perContact, rates, report, routes } from './measure/measured.ts';
import { actionsOf, ofWorker, spending } from './measure/spent.ts';
import { round } from './measure/statistics.ts';
import { caughtUp, importAll, selectEveryone, twoWay, withBench, type Bench } from './world.ts';
import { watchWrites } from './writes.ts';

export interface MassOptions {
  contacts: number;
  editsPerSecond: number;
  idleSeconds: number;
  rateLimit: boolean;
  random: number;
}

const property = 'jobtitle';
const field = 'Title';
/** Beside those of the mass: edited one by one meanwhile, each so rarely that Sluice does not hold it for being written in a circle (10 times in 10 minutes). */
const liveContacts = 300;
const mostCalls = 0.3;
const mostTimes = 3;
const editsInFlight = 10;
/** Beside single edits a mass goes at half of its speed. */
const mostSeconds = 3_600;
/** A day's calls of the sandbox's org: half of them, which Sluice takes unless told otherwise, are less than single edits need within the hour. */
const salesforceCalls = 15_000;
/** Salesforce is polled as often as HubSpot, so that the polls that follow a mass of changes are counted too and need no long wait. */
const pollSeconds = 60;

/**
 * Somebody changes `contacts` linked contacts in HubSpot at once, with the feeds on and a segment set: first alone, for the calls, then
 * again with single edits beside it, for how long those take against idle. Answers what is wrong, each as a sentence.
 */
export async function mass({ contacts, editsPerSecond, idleSeconds, rateLimit, random }: MassOptions): Promise<string[]> {
  return withBench({ contacts: contacts + liveContacts, random, env: rateLimit ? {} : { SANDBOX_RATE_LIMIT: 'off' } }, async (bench) => {
    const { sluice } = bench;
    const { feeds } = await sluice.settings();
    await sluice.changeSettings({ feeds: { ...feeds, salesforcePollSeconds: pollSeconds }, mappings: twoWay(property, liveProperty), allocation: { salesforce: salesforceCalls } });
    await selectEveryone(bench);
    await importAll(sluice);
    await caughtUp(bench);
    await bench.switchOnFeeds();
    const records = (await bench.crms.salesforce.records()).filter(({ externalId }) => externalId !== null);
    const [single, many] = [records.slice(0, liveContacts), records.slice(liveContacts)];
    const idle = await idleLatencies(bench, single, editsPerSecond, idleSeconds);
    const { result: seconds, spent } = await spending(bench, async () => {
      const seconds = await changeAll(bench, many, 'Alone');
      await feedsAtRest(bench, Date.now());
      return seconds;
    });
    const { result: besideSeconds, edits } = await editingMeanwhile(bench, { records: single, perSecond: editsPerSecond, first: idle.edits }, () => changeAll(bench, many, 'Beside'));
    const beside = await latenciesOf(bench, edits);
    const bySide = await Promise.all(crms.map((crm) => latenciesOf(bench, edits.filter(({ side }) => side === crm))));
    const times = round(beside.p95 / idle.p95, 2);
    const calls = perContact(spent.calls, many.length);
    const both = round(calls.hubspot + calls.salesforce);
    report(`Mass edit of ${many.length} linked contacts in HubSpot, feeds on and a segment set, until Salesforce has all; ${rateLimit ? "both CRMs' rate limits on" : 'no rate limits'}.`, {
      bench: 'mass', ...rates(many.length, seconds, null), callsPerContact: calls, actionsPerContact: round(actionsOf(spent) / many.length, 2),
      ...ofWorker(spent),
    }, {
      notes: { floorPerSecond: 'see live', ratioToFloor: 'see live' },
      rows: [
        ['calls of both CRMs per contact', both, `at most ${mostCalls}, with the polls that follow`],
        ['single edits while idle: p50 / p95 / max, ms', `${idle.p50} / ${idle.p95} / ${idle.max}`, `${idle.edits} edits`],
        ['single edits beside the mass: p50 / p95 / max, ms', `${beside.p50} / ${beside.p95} / ${beside.max}`, `${beside.edits} edits; p95 ${times} times idle, at most ${mostTimes}`],
        ['of them made in HubSpot, in Salesforce: p95, ms', bySide.map(({ p95 }) => p95).join(', ')],
        ['seconds of the mass with single edits beside it', round(besideSeconds, 1)],
        ...byType(spent.actions, (n) => round(n / many.length, 2)),
        ...routes(spent.calls),
      ],
      more: { liveMs: { idle, beside, times } },
    });
    return both <= mostCalls ? [] : [`${both} calls per contact are more than ${mostCalls}`];
  });
}

/** Changes all as a person's import does, without waiting for any; how many seconds from the first change until Salesforce had the last. */
async function changeAll({ urls }: Bench, records: readonly SalesforceRecord[], value: string): Promise<number> {
  const arrived = await watchWrites(urls.salesforce);
  const start = Date.now();
  await inLanes(records.length, editsInFlight, (n) => request(z.unknown(), `${urls.hubspot}/_sandbox/edit`, { method: 'POST', body: { id: records[n]?.externalId, properties: { [property]: value } } }));
  return (await arrived(records.length, ({ fields }) => fields[field] === value, mostSeconds) - start) / 1000;
}
