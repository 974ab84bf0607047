import { setTimeout as sleep } from 'node:timers/promises';
import { crms, type Crm } from '../workflows/ids.ts';
import { countCalls, crmNames, forgetCalls, printTable } from './calls.ts';
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
    await forgetCalls(bench);
    await sleep(seconds * 1000);
    const { calls, stream } = await countCalls(bench);
    const aDay = (n: number): number => Math.round((n * daySeconds) / seconds);
    const rows = crms.flatMap((crm) => [
      ...Object.entries(calls[crm].byRoute).sort(([, a], [, b]) => b - a).map(([route, n]) => [`  ${route}`, n, aDay(n), '']),
      [`${crmNames[crm]}, all calls`, calls[crm].total, aDay(calls[crm].total), `${allowed[crm]}: ${((aDay(calls[crm].total) / allowed[crm]) * 100).toFixed(1)} %`],
    ]);
    console.log(`${seconds} s of nothing, with ${contacts} contacts in the segment and default settings${seconds < longestRound ? `; the Salesforce poll comes round every ${longestRound} s, so less than that says little of it` : ''}.`);
    printTable(['calls', 'number', 'a day', 'of what is allowed'], rows);
    console.log(`CometD exchanges, which are no API calls in Salesforce: ${stream}, ${aDay(stream)} a day.`);
    console.log(JSON.stringify({ bench: 'idle', seconds, callsPerDay: Object.fromEntries(crms.map((crm) => [crm, aDay(calls[crm].total)])) }));
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
