import type { Client } from '@temporalio/client';
import * as z from 'zod';
import { request } from '../demo/http.ts';
import { workflowIds } from '../workflows/ids.ts';
import { synced } from './edits.ts';
import { inLanes } from './floor/lanes.ts';
import { report } from './measure/measured.ts';
import { ofWorker } from './measure/spent.ts';
import { round } from './measure/statistics.ts';
import { importAll, twoWay, unlagged, withBench, type Bench } from './world.ts';

export interface HistoryOptions {
  contacts: number;
  syncs: number;
  /** How many text fields of 32 KB are mapped; 0: no contacts with long values are made. */
  longFields: number;
  random: number;
}

/** Largest at rest of all contacts that were looked at; bytes of JSON. */
interface Largest { events: number; bytes: number; state: number; /** The largest state by its parts. */ parts: Record<string, number>; runs: number }

const atOnce = 5;
const allowed = { events: 260, bytes: 150 * 1024, state: 4 * 1024, longState: 12 * 1024 };
const longValue = 32 * 1024;
/** Long values leave so few syncs to a run that this many are enough to see what the next run is given. */
const longSyncs = 40;
const shownParts = 4;

/**
 * Syncs contacts of the seed again and again, each time with a change that is written, and says how large their histories are whenever they
 * rest, and what a run hands to the next; then the same of contacts with long texts. Answers what is wrong, each as a sentence.
 */
export async function history({ contacts, syncs, longFields, random }: HistoryOptions): Promise<string[]> {
  return withBench({ contacts: contacts * 2, random, env: unlagged(false) }, async (bench) => {
    const start = performance.now();
    await bench.sluice.changeSettings({ mappings: twoWay('jobtitle') });
    await importAll(bench.sluice);
    const ids = (await bench.crms.salesforce.records()).flatMap(({ externalId }) => externalId ?? []);
    const [plain, long] = [ids.slice(0, contacts), ids.slice(contacts, 2 * contacts)];
    const usual = await syncAll(bench, plain, syncs);
    const used = await bench.usage();
    const longer = longFields > 0 ? await withLongTexts(bench, long, longFields).catch((error: unknown) => (error instanceof Error ? error.message : String(error))) : null;
    const of = (largest: Largest, most: number): [string, string | number, string][] => [
      ['  events', largest.events, `at most ${allowed.events}`], ['  bytes of history', largest.bytes, largest === usual ? `at most ${allowed.bytes}` : ''],
      ['  bytes of state that a run hands to the next', largest.state === 0 ? '-' : largest.state, largest.state === 0 ? 'no run ended' : `at most ${most}`],
      ...Object.entries(largest.parts).sort(([, a], [, b]) => b - a).slice(0, shownParts).map(([part, bytes]): [string, number, string] => [`    of it ${part}`, bytes, '']),
    ];
    report(`Histories of ${plain.length} contacts at rest, while each was synced ${syncs} times with a change.`, {
      bench: 'history', contacts: plain.length, seconds: round((performance.now() - start) / 1000, 1), contactsPerSecond: null, callsPerContact: null, actionsPerContact: null,
      ...ofWorker(used), floorPerSecond: null, ratioToFloor: null,
    }, {
      notes: { contactsPerSecond: 'sizes are measured, not speed', floorPerSecond: 'sizes have no floor', ratioToFloor: 'sizes have no floor', callsPerContact: 'see live', actionsPerContact: 'see live' },
      rows: [
        ['largest at rest, and runs of one contact', '', `${usual.runs} runs`], ...of(usual, allowed.state),
        ...(longer === null ? [] : typeof longer === 'string' ? [[`${longFields} text fields of 32 KB each`, 'failed', longer] as const] : [[`with ${longFields} text fields of 32 KB each`, '', `${longer.runs} runs`] as const, ...of(longer, allowed.longState)]),
      ],
      more: { largest: usual, long: longer },
    });
    return [
      ...(usual.events <= allowed.events ? [] : [`a contact rested with ${usual.events} events`]),
      ...(usual.bytes <= allowed.bytes ? [] : [`a contact rested with ${usual.bytes} bytes of history`]),
      ...(usual.state <= allowed.state ? [] : [`a run handed ${usual.state} bytes to the next`]),
      ...(longer === null || typeof longer === 'string' || longer.state <= allowed.longState ? [] : [`with long texts, a run handed ${longer.state} bytes to the next`]),
      ...(typeof longer === 'string' ? [`with long texts: ${longer}`] : []),
    ];
  });
}

async function syncAll(bench: Bench, ids: readonly string[], syncs: number): Promise<Largest> {
  const largest: Largest = { events: 0, bytes: 0, state: 0, parts: {}, runs: 0 };
  await inLanes(ids.length, atOnce, async (n) => {
    const id = ids[n] ?? '';
    const runs = new Set<string>();
    for (let sync = 0; sync < syncs; sync++) {
      await bench.crms.hubspot.change(id, { jobtitle: `Title ${sync}` });
      await synced(bench.sluice, id);
      const { historyLength, historySize, runId } = await bench.client.workflow.getHandle(workflowIds.contact(bench.connection, id)).describe();
      const isNew = runs.size > 0 && !runs.has(runId);
      runs.add(runId);
      largest.events = Math.max(largest.events, historyLength);
      largest.bytes = Math.max(largest.bytes, historySize ?? 0);
      const given = isNew ? await givenTo(bench.client, workflowIds.contact(bench.connection, id)) : null;
      if (given !== null && given.state > largest.state) Object.assign(largest, given);
    }
    largest.runs = Math.max(largest.runs, runs.size);
  });
  return largest;
}

const input = z.object({ carried: z.record(z.string(), z.unknown()) });

/** The size of what the present run was given by the one before it, in all and by its parts. */
async function givenTo(client: Client, workflowId: string): Promise<Pick<Largest, 'state' | 'parts'>> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const [data] = (events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? []).map((payload) => Buffer.from(payload.data ?? []));
  if (data === undefined) throw new Error(`the run of ${workflowId} was given nothing`);
  const { carried } = input.parse(JSON.parse(data.toString('utf8')));
  return { state: data.length, parts: Object.fromEntries(Object.entries(carried).map(([part, value]) => [part, JSON.stringify(value ?? null).length])) };
}

/** Maps further text fields, fills all of them, and syncs. */
async function withLongTexts(bench: Bench, ids: readonly string[], count: number): Promise<Largest> {
  const { sluice, urls } = bench;
  const names = Array.from({ length: count }, (_, n) => ({ hubspot: `long_text_${n}`, salesforce: `Long_Text_${n}__c` }));
  for (const object of ['Lead', 'Contact']) {
    await request(z.unknown(), `${urls.salesforce}/_sandbox/fields`, { method: 'POST', body: { object, add: names.map(({ salesforce: name }) => ({ name, type: 'textarea', length: 131_072 })) } });
  }
  for (const { hubspot: name } of names) {
    await request(z.unknown(), `${urls.hubspot}/crm/v3/properties/contacts`, { method: 'POST', token: 'pat-sandbox', body: { name, label: name, type: 'string', fieldType: 'textarea', groupName: 'contactinformation' } });
  }
  const { mappings } = await sluice.settings();
  await sluice.changeSettings({ mappings: [...mappings, ...names.map(({ hubspot, salesforce }) => ({ hubspot, lead: salesforce, contact: salesforce, rule: 'two-way' as const }))] });
  for (const id of ids) await bench.crms.hubspot.change(id, Object.fromEntries(names.map(({ hubspot }, n) => [hubspot, `${n} `.padEnd(longValue, `long text of ${id} `)])));
  return syncAll(bench, ids, longSyncs);
}
