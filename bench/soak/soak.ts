import * as z from 'zod';
import { check, type Verdict } from './check.ts';
import { checkValues } from './check-values.ts';
import { summed } from './complaints.ts';
import { control, readContacts, readRecords, WrittenLog } from './crms.ts';
import { beginMischief, mischiefDone } from './mischief.ts';
import { perform, type Performed } from './perform.ts';
import { planSoak, type Plan } from './plan.ts';
import { openStage, type Stage } from './stage.ts';
import type { ContactStory, Story, Values } from './story.ts';
import { untilQuiet, watchEnd } from './watch.ts';

export interface SoakOptions {
  seed: number;
  edits: number;
  contacts: number;
  perSecond: number;
  /** How long the end is watched. */
  watchSeconds: number;
}

export interface SoakResult {
  verdict: Verdict;
  counts: Performed['counts'];
  mischief: Record<string, Record<string, number>>;
  seconds: { edits: number; untilQuiet: number };
  behind: number;
  statuses: Record<string, number>;
  complaints: string[];
  story: Story;
  /** What the product says of the contacts with violations, by contact. */
  decisions: Record<string, unknown>;
}

const nothingWatched = { callsInWatch: 0, watched: { from: Infinity, until: Infinity } };
const log = z.object({ log: z.array(z.object({ listId: z.string(), recordId: z.string(), change: z.enum(['joined', 'left']), at: z.string() })) });

/** Plans a run from its seed, performs it on a real stack with events going wrong, and checks what came of it. */
export async function soak(options: SoakOptions, tell: (line: string) => void): Promise<SoakResult> {
  const plan = planSoak(options);
  tell('starting Temporal, the sandboxes and a worker');
  const stage = await openStage(plan.people, tell);
  try {
    const { urls } = stage;
    const written = new WrittenLog(urls);
    await written.read();
    written.forget();
    const before = await snapshot(stage);
    const synced = await contactsSynced(stage);
    await beginMischief(urls, options.seed);
    tell(`${plan.deeds.length} deeds, ${options.perSecond} edits a second`);
    const done = await perform(stage, plan.deeds, tell);
    tell('waiting until nothing is under way');
    const now = async () => ({ ...await tellStory(stage, plan, done, before, synced), writes: written.writes });
    const quiet = await untilQuiet(stage, written, done.endedAt, async () => checkValues({ ...await now(), ...nothingWatched }).violations.length > 0);
    const quietAt = Date.now();
    tell(`watching the end for ${options.watchSeconds} s`);
    const watch = await watchEnd(stage, options.watchSeconds);
    await written.read();
    const story: Story = { ...await now(), ...watch };
    await explain(stage, story);
    const verdict = check(story);
    if (!quiet) verdict.violations.push({ invariant: 'rest', hubspotId: '', what: 'it did not come to rest within 5 minutes' });
    return {
      verdict, story, decisions: await decisionsOf(stage, story, verdict), counts: done.counts, mischief: await mischiefDone(urls), behind: done.behind, complaints: stage.complaints,
      seconds: { edits: (done.endedAt - done.startedAt) / 1000, untilQuiet: (quietAt - done.endedAt) / 1000 },
      statuses: Object.fromEntries([...Map.groupBy(story.contacts, ({ status }) => status ?? 'no workflow')].map(([status, contacts]) => [status, contacts.length])),
    };
  } catch (error) {
    for (const one of summed(stage.complaints)) tell(one);
    throw error;
  } finally {
    await stage.stop();
  }
}

/** Asks those that are neither in sync nor outside for their reasons. */
async function explain({ sluice }: Stage, { contacts }: Story): Promise<void> {
  for (const contact of contacts) {
    if (contact.status !== null && contact.status !== 'in-sync' && contact.status !== 'outside-segment') contact.reason = (await patiently(() => sluice.contact(contact.hubspotId))).reason;
  }
}

/** For whoever looks into a violation. */
async function decisionsOf({ sluice }: Stage, { contacts }: Story, { violations }: Verdict): Promise<SoakResult['decisions']> {
  const named = new Set(violations.slice(0, 20).map(({ hubspotId }) => hubspotId));
  const found: SoakResult['decisions'] = {};
  for (const { hubspotId, records } of contacts) {
    if (named.has(hubspotId) || records.some((id) => named.has(id))) found[hubspotId] = await patiently(async () => ({ state: await sluice.contact(hubspotId), history: await sluice.contactHistory(hubspotId) }));
  }
  return found;
}

/** A busy worker may not answer in time. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

interface Snapshot {
  contacts: Map<string, Values>;
  records: Map<string, Values>;
}

async function snapshot({ urls }: Stage): Promise<Snapshot> {
  const [contacts, records] = await Promise.all([readContacts(urls), readRecords(urls)]);
  return { contacts, records };
}

const contactsSynced = async ({ sluice }: Stage): Promise<Set<string>> =>
  new Set((await sluice.listContacts({ limit: 100_000 })).contacts.filter(({ lastSyncedAt }) => lastSyncedAt !== null).map(({ hubspotId }) => hubspotId));

async function tellStory(stage: Stage, { people }: Plan, done: Performed, before: Snapshot, synced: ReadonlySet<string>): Promise<Omit<Story, 'writes' | 'watched' | 'callsInWatch'>> {
  const after = await snapshot(stage);
  const listed = new Map((await stage.sluice.listContacts({ limit: 100_000 })).contacts.map((contact) => [contact.hubspotId, contact]));
  const contacts: ContactStory[] = [];
  for (const person of people.keys()) {
    const { hubspotId, record } = stage.ids[person] ?? { hubspotId: '', record: '' };
    const converted = done.converted.get(person);
    const status = listed.get(hubspotId)?.status ?? null;
    contacts.push({
      person, hubspotId, records: [record, ...(converted === undefined ? [] : [converted.contact])], synced: synced.has(hubspotId), status,
      reason: '',
      seed: { hubspot: before.contacts.get(hubspotId) ?? {}, salesforce: before.records.get(record) ?? {} },
      final: { hubspot: after.contacts.get(hubspotId) ?? {}, salesforce: after.records.get(converted?.contact ?? record) ?? {} },
      edits: done.edits.get(person) ?? [], converted: converted?.at ?? null,
    });
  }
  const logs = await Promise.all(Object.values(stage.segments).map((segmentId) => control(log, stage.urls.hubspot, `membership-log?listId=${segmentId}`)));
  const memberships = logs.flatMap((one) => one.log).map(({ listId, recordId, change, at }) => ({ segmentId: listId, hubspotId: recordId, change, at: Date.parse(at) }));
  return { contacts, memberships, selections: done.selections };
}
