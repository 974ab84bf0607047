import type { TestContext } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import type { ToldFailure } from '../../../activities/failure.ts';
import type { Activities } from '../../../activities/index.ts';
import type { Membership } from '../../../sync/gate.ts';
import { handoverInput, type Handover } from '../../../sync/handover.ts';
import type { PairReading, PairWrite, WriteOutcome } from '../../../sync/pair.ts';
import type { Pair } from '../../../sync/plan.ts';
import { newSettings } from '../../../sync/settings.ts';
import type { ApiValue, FieldReading, SalesforceId } from '../../../sync/records.ts';

export type LiveFakes = Pick<Activities, 'readPair' | 'writePair' | 'tellContact'>;

/** One contact in two CRMs that are two columns of a table: `values` per HubSpot property, HubSpot's and Salesforce's. */
export interface FakeContact {
  values: Record<string, { salesforce: string; h: string | null; s: string | null }>;
  name: string;
  membership: () => Membership;
  /** What the next reads and writes answer instead; they are counted all the same. */
  nextReads: (() => PairReading | Promise<PairReading>)[];
  nextWrites: (() => WriteOutcome | Promise<WriteOutcome>)[];
  reads: number;
  writes: PairWrite[];
  /** What this contact's workflow was told by others, and what the next such call does. */
  tells: string[];
  nextTells: (() => void | Promise<void>)[];
}

export const linkedLead = { type: 'Lead', id: '00Q000000000001AAA' as SalesforceId } as const;
const segment = { id: '12', name: 'Webmail prospects' };
export const member = (): Membership => ({ kind: 'member', segment, joinedAt: '2026-01-05T09:00:00.000Z', checkedAt: new Date().toISOString() });
export const outside = (): Membership => ({ kind: 'outside', segment, checkedAt: new Date().toISOString() });

/** The reading of a fake contact as it is now. */
export function readingOf(contact: FakeContact, over: Partial<Pair> = {}): Pair {
  return {
    kind: 'pair', settingsVersion: 1, name: contact.name, email: 'ada@gmail.example', membership: contact.membership(),
    match: { kind: 'linked', record: { link: { ...linkedLead, rung: 'lead-email' }, externalId: null, modifiedAt: Date.now(), duplicates: [] } },
    fields: Object.entries(contact.values).map(([hubspot, { salesforce, h, s }]): FieldReading => ({
      hubspot, salesforce, rule: 'two-way', treatment: 'ordinary', direction: 'both',
      h: { key: h, text: h, ...(h !== s && { write: h }) }, s: { key: s, text: s, ...(h !== s && { write: s ?? '' }) }, hubspotChangedAt: null,
    })),
    createAs: 'Lead', account: null, deletes: newSettings('').deletes, storedIds: {}, settlesAt: null, baseOnItsWay: false, readAt: new Date().toISOString(), ...over,
  };
}

/** Writes into both columns and confirms everything. */
function written(contact: FakeContact, { hubspot, salesforce }: PairWrite): WriteOutcome {
  for (const [name, value] of Object.entries(contact.values)) {
    if (name in hubspot) value.h = hubspot[name] || null;
    if (value.salesforce in salesforce.fields) value.s = asText(salesforce.fields[value.salesforce] ?? null);
  }
  return { kind: 'written', ref: linkedLead, created: salesforce.kind === 'create', confirmed: { hubspot: Object.keys(hubspot), salesforce: Object.keys(salesforce.fields) }, refused: [] };
}
const asText = (value: ApiValue): string | null => (value === null ? null : String(value));

/** Contacts by HubSpot id, made when they are first asked for, and the live activities over them. The record counts as claimed once it was written. */
export function fakeContacts(): { of: (id: string) => FakeContact; activities: LiveFakes } {
  const contacts = new Map<string, FakeContact>();
  const of = (id: string): FakeContact => {
    const contact = contacts.get(id) ?? {
      values: { jobtitle: { salesforce: 'Title', h: 'Countess', s: 'Countess' }, phone: { salesforce: 'Phone', h: '555-1', s: '555-1' } },
      name: 'Ada Lovelace', membership: member, nextReads: [], nextWrites: [], reads: 0, writes: [], tells: [], nextTells: [],
    };
    contacts.set(id, contact);
    return contact;
  };
  const claimed = (id: string) => (of(id).writes.length > 0 ? id : null);
  return {
    of,
    activities: {
      readPair: async ({ hubspotId }) => {
        const contact = of(hubspotId);
        contact.reads += 1;
        const reading = readingOf(contact);
        if (reading.match.kind === 'linked') reading.match.record.externalId = claimed(hubspotId);
        return contact.nextReads.shift()?.() ?? reading;
      },
      writePair: async (write) => {
        const contact = of(write.hubspotId);
        contact.writes.push(write);
        return contact.nextWrites.shift()?.() ?? written(contact, write);
      },
      tellContact: async ({ hubspotId, kind }) => {
        const contact = of(hubspotId);
        contact.tells.push(kind);
        await contact.nextTells.shift()?.();
      },
    },
  };
}

/** A failure as `activities/failure.ts` casts it; Temporal itself does not repeat it, so tests need not wait for that. */
export function told(retry: ToldFailure['retry'], message: string): ApplicationFailure {
  const category = retry === 'on-change' ? 'property-value' : 'temporary';
  const details: [ToldFailure] = [{ error: { category, code: 'TOLD', message, remedy: 'Wait.' }, retry, retryAfterMs: null }];
  return ApplicationFailure.create({ type: category, message, nonRetryable: true, details });
}

/** A handover as a page makes it; `at` is when the page finished with the contact. */
export function handover(hubspotId: string, over: Partial<Record<keyof Handover, unknown>> = {}): Handover {
  return handoverInput().parse({
    hubspotId, name: 'Ada Lovelace', trigger: 'import', at: new Date().toISOString(), settingsVersion: 1, membership: member(),
    link: { ...linkedLead, rung: 'import' }, base: { jobtitle: 'Countess' }, wrote: { hubspot: ['jobtitle'], salesforce: [] },
    outcome: { status: 'in-sync', reason: 'Filled by an import.' }, ...over,
  });
}

/** Something that an activity waits for until the test opens it or has ended: workers end only once their activities have. */
export function door(t: Pick<TestContext, 'after'>): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  t.after(() => resolve());
  return { opened: promise, open: resolve };
}
