import { setTimeout as sleep } from 'node:timers/promises';
import { crms, type Crm } from '../workflows/ids.ts';
import { countCalls, crmNames } from './calls.ts';
import { byType, queries } from './measure/actions.ts';
import { report, routes } from './measure/measured.ts';
import { actionsOf, ofWorker, spending } from './measure/spent.ts';
import { importAll, selectEveryone, soon, withBench, type Bench } from './world.ts';

export interface IdleOptions {
  seconds: number;
  contacts: number;
  random: number;
}

const daySeconds = 86_400;
/** What a Developer Edition org, and a HubSpot account of Professional or Enterprise, may call in 24 hours [SF-LIM, HS-USE]. */
const allowed = { hubspot: 625_000, salesforce: 15_000 };
/** The slowest poll: a shorter measurement may miss what comes round once in it. */
const longestRound = 300;

/** Counts the API calls of a connection with feeds and a segment in which nothing goes on, and what they come to in a day. */
export async function idle({ seconds, contacts, random }: IdleOptions): Promise<void> {
  await withBench({ contacts, random }, async (bench) => {
    await selectEveryone(bench);
    await importAll(bench.sluice);
    await bench.switchOnFeeds();
    await quiet(bench);
    const { result: stream, spent } = await spending(bench, async () => {
      await sleep(seconds * 1000);
      return (await countCalls(bench)).stream;
    });
    const { calls } = spent;
    const aDay = (n: number): number => Math.round((n * daySeconds) / seconds);
    report(`${seconds} s of nothing, with ${contacts} contacts in the segment and default settings${seconds < longestRound ? `; the Salesforce poll comes round every ${longestRound} s, so less than that says little of it` : ''}.`, {
      bench: 'idle', contacts, seconds, contactsPerSecond: null, callsPerContact: null, actionsPerContact: null,
      ...ofWorker(spent), floorPerSecond: null, ratioToFloor: null,
    }, {
      notes: {
        contactsPerSecond: 'nothing is done', floorPerSecond: 'nothing is done', ratioToFloor: 'nothing is done',
        callsPerContact: 'polls cost the same for any number of contacts', actionsPerContact: 'see those of a day',
      },
      rows: [
        ...crms.map((crm): [string, string, string] => [`${crmNames[crm]} calls a day`, String(aDay(calls[crm].total)), `${((aDay(calls[crm].total) / allowed[crm]) * 100).toFixed(1)} % of ${allowed[crm]}`]),
        ...routes(calls).map(([route, n]): [string, number, string] => [route, aDay(n), `${n} in ${seconds} s`]),
        ['CometD exchanges a day, no API calls in Salesforce', aDay(stream)],
        ['Temporal actions a day', aDay(actionsOf(spent)), `and ${aDay(queries(spent.actions))} queries`],
        ...byType(spent.actions, aDay),
        ['CPU of the worker, seconds a day', aDay(spent.cpuSeconds)],
      ],
      more: { callsPerDay: Object.fromEntries(crms.map((crm) => [crm, aDay(calls[crm].total)])), actionsPerDay: aDay(actionsOf(spent)) },
    });
  });
}

/** The first polls, which mark the place, are over, and the members were walked once. */
async function quiet(bench: Bench): Promise<void> {
  let before = '';
  await soon('the feeds rest', async () => {
    await sleep(2_000);
    const now = JSON.stringify([(await countCalls(bench)).calls, await Promise.all(crms.map(async (crm: Crm) => (await bench.feed(crm)).lastPollAt))]);
    const same = now === before;
    before = now;
    return same;
  });
}
