import * as z from 'zod';
import type { Verdict } from './check.ts';
import { control, readContacts, readRecords } from './crms.ts';
import type { Performed } from './perform.ts';
import type { Plan } from './plan.ts';
import type { Stage } from './stage.ts';
import type { ContactStory, Story, Values } from './story.ts';

const log = z.object({ log: z.array(z.object({ listId: z.string(), recordId: z.string(), change: z.enum(['joined', 'left']), at: z.string() })) });

/** Asks those that are neither in sync nor outside for their reasons. */
export async function explain({ sluice }: Stage, { contacts }: Pick<Story, 'contacts'>): Promise<void> {
  for (const contact of contacts) {
    if (contact.status !== null && contact.status !== 'in-sync' && contact.status !== 'outside-segment') contact.reason = (await patiently(() => sluice.contact(contact.hubspotId))).reason;
  }
}

/** For whoever looks into a violation. */
export async function decisionsOf({ sluice }: Stage, { contacts }: Pick<Story, 'contacts'>, { violations }: Pick<Verdict, 'violations'>): Promise<Record<string, unknown>> {
  const named = new Set(violations.slice(0, 20).map(({ hubspotId }) => hubspotId));
  const found: Record<string, unknown> = {};
  for (const { hubspotId, records } of contacts) {
    if (named.has(hubspotId) || records.some((id) => named.has(id))) found[hubspotId] = await patiently(async () => ({ state: await sluice.contact(hubspotId), history: await sluice.contactHistory(hubspotId) }));
  }
  return found;
}

/** A busy worker may not answer in time. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 5) throw error;
    }
  }
}

export interface Snapshot {
  contacts: Map<string, Values>;
  records: Map<string, Values>;
}

export async function snapshot({ urls }: Stage): Promise<Snapshot> {
  const [contacts, records] = await Promise.all([readContacts(urls), readRecords(urls)]);
  return { contacts, records };
}

export const contactsSynced = async ({ sluice }: Stage): Promise<Set<string>> =>
  new Set((await sluice.listContacts({ limit: 100_000 })).contacts.filter(({ lastSyncedAt }) => lastSyncedAt !== null).map(({ hubspotId }) => hubspotId));

export async function tellStory(stage: Stage, { people }: Pick<Plan, 'people'>, done: Performed, before: Snapshot, synced: ReadonlySet<string>): Promise<Omit<Story, 'writes' | 'watched' | 'callsInWatch'>> {
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
  return { contacts, memberships: await membershipLog(stage), selections: done.selections };
}

/** Joining and leaving of both segments. */
export async function membershipLog(stage: Stage): Promise<Story['memberships']> {
  const logs = await Promise.all(Object.values(stage.segments).map((segmentId) => control(log, stage.urls.hubspot, `membership-log?listId=${segmentId}`)));
  return logs.flatMap((one) => one.log).map(({ listId, recordId, change, at }) => ({ segmentId: listId, hubspotId: recordId, change, at: Date.parse(at) }));
}
