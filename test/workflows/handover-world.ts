/** One contact in two CRMs whom a page and its own workflow sync, by the rules themselves: only the calls between them are played here. */
import assert from 'node:assert/strict';
import { decidedOutcome } from '../../activities/page/outcome.ts';
import { attemptOf } from '../../sync/attempt.ts';
import type { Decision } from '../../sync/decide.ts';
import { handoverInput, type Handover } from '../../sync/handover.ts';
import type { PairWrite, Refusal, WriteOutcome } from '../../sync/pair.ts';
import { conclude, decidePair, planWrite, type Pair } from '../../sync/plan.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { finish } from '../../workflows/contact/finish.ts';
import { adopt, noteHandover } from '../../workflows/contact/inbox.ts';
import { newContact, type ContactState } from '../../workflows/contact/state.ts';
import { FIELDS, sides, TREATMENTS } from '../sync/random-pairs.ts';
import { linkedLead, readingOf } from './fakes/contacts.ts';
import type { Edit, LiveSync, Property, Sequence, Step } from './handover-sequences.ts';

const hubspotId = '51' as HubSpotContactId;
/** No value of a person's can be written where it stands. */
const unwritable = ['bad'];
const defaultTier = 'c';
const mostRounds = 6;

/** A value, all that it ever was, and when it was set (epoch ms). */
interface Column {
  now: string | null;
  was: Set<string | null>;
  at: number;
}

export type Written = Extract<WriteOutcome, { kind: 'written' }>;

export class HandoverWorld {
  readonly h: Record<string, Column> = {};
  readonly s: Record<string, Column> = {};
  /** Of which property a person blanked a value, on whichever side. */
  readonly blanked = new Set<Property>();
  readonly mapping = new Map<Property, string>();
  jobRuns = true;
  private exists: boolean;
  private externalId: string | null = null;
  private modifiedAt = Date.now();
  private readonly rules: Map<Property, Sequence['fields'][number]['rule']>;

  constructor({ fields, exists }: Sequence) {
    this.exists = exists;
    this.rules = new Map(fields.map(({ property, rule }) => [property, rule]));
    for (const { property, h, mapped, later } of fields) {
      this.h[property] = column(h);
      this.s[FIELDS[property]] = column(exists ? mapped : null);
      this.s[laterField(property)] = column(exists ? later : null);
      this.mapping.set(property, FIELDS[property]);
    }
  }

  edit({ property, column, value }: Edit): void {
    if (!this.mapping.has(property) || (column !== 'hubspot' && !this.exists)) return;
    const place = column === 'hubspot' ? this.h[property] : this.s[column === 'mapped' ? FIELDS[property] : laterField(property)];
    if (place !== undefined && place.now !== null && value === null) this.blanked.add(property);
    this.set(place, value);
    if (column !== 'hubspot') this.modifiedAt = Date.now();
  }

  private set(place: Column | undefined, value: string | null): void {
    if (place === undefined) return;
    place.now = value;
    place.was.add(value);
    place.at = Date.now();
  }

  read(baseOnItsWay: boolean): Pair {
    const record = { link: { ...linkedLead, rung: 'lead-email' as const }, externalId: this.externalId, modifiedAt: this.modifiedAt, duplicates: [] };
    return readingOf({ values: {}, name: 'Ada', membership: () => ({ kind: 'unrestricted' }), nextReads: [], nextWrites: [], reads: 0, writes: [], tells: [], nextTells: [] }, {
      match: this.exists ? { kind: 'linked', record } : { kind: 'none' }, baseOnItsWay,
      fields: [...this.mapping].map(([hubspot, salesforce]) => ({
        hubspot, salesforce, rule: this.rules.get(hubspot) ?? 'none', treatment: TREATMENTS[hubspot] ?? 'ordinary', direction: 'both', hubspotChangedAt: this.h[hubspot]?.at ?? null,
        ...sides(this.h[hubspot]?.now ?? null, this.s[salesforce]?.now ?? null, unwritable),
      })),
    });
  }

  /** Writes whatever is not refused. */
  write({ hubspot, salesforce }: PairWrite, refused: readonly Property[]): Written {
    const created = !this.exists;
    this.exists = true;
    const notTaken = new Set<string>(refused.flatMap((property) => [property, FIELDS[property], laterField(property)]));
    const confirmed = { hubspot: Object.keys(hubspot).filter((name) => !notTaken.has(name)), salesforce: Object.keys(salesforce.fields).filter((name) => !notTaken.has(name)) };
    for (const name of confirmed.hubspot) this.set(this.h[name], hubspot[name] || null);
    for (const name of confirmed.salesforce) this.set(this.s[name], (salesforce.fields[name] ?? null) as string | null);
    if (created && this.s[FIELDS.tier]?.now === null) this.set(this.s[FIELDS.tier], defaultTier);
    if (created || Object.keys(salesforce.fields).length > 0) this.modifiedAt = Date.now();
    if (salesforce.kind === 'create' || salesforce.claim) this.externalId = hubspotId;
    const failed = Object.keys({ ...hubspot, ...salesforce.fields }).filter((name) => notTaken.has(name));
    return { kind: 'written', ref: linkedLead, created, confirmed, refused: failed.map(refusal) };
  }

  take(step: Step, s: ContactState): void {
    switch (step.kind) {
      case 'edit': return this.edit(step);
      case 'live sync': return void this.sync(s, step);
      case 'job over': this.jobRuns = false; return;
      case 'mapping': if (this.mapping.has(step.property)) this.mapping.set(step.property, laterField(step.property));
    }
  }

  /** As the loop of a contact's workflow does it. Answers whether anything was left to write. */
  sync(s: ContactState, { edits, refused, answered }: Omit<LiveSync, 'kind'>): boolean {
    for (let round = 0; round < 2; round++) {
      const pair = this.read(this.jobRuns && s.lastSync === null);
      const decision = decidePair(pair, s);
      const write = planWrite(hubspotId, pair, decision);
      for (const edit of edits.splice(0)) this.edit(edit);
      if (write === null) {
        finish(s, pair, decision, 'test', null);
        return false;
      }
      s.attempt = attemptOf(write, decision, s.attempt, pair);
      const outcome = this.write(write, refused);
      if (!answered) return true;
      finish(s, pair, decision, 'test', outcome);
      if (!outcome.created) return true;
    }
    return true;
  }

  /** Syncs until there is nothing left to do. */
  comeToRest(s: ContactState): void {
    this.jobRuns = false;
    for (let round = 0; this.sync(s, { edits: [], refused: [], answered: true }); round++) assert.ok(round < mostRounds, 'it never comes to rest');
  }
}

const column = (now: string | null): Column => ({ now, was: new Set([now]), at: Date.now() });
export const laterField = (property: Property): string => `${FIELDS[property]}_Later__c`;
const refusal = (field: string): Refusal => ({ system: 'salesforce', field, category: 'property-value', code: 'INVALID', message: 'No.', remedy: 'Correct it.', retry: 'on-change' });

/** What a page came to, and the state in which a contact's own workflow would be, had it read and written in its place. */
export interface Page {
  handover: Handover;
  live: ContactState;
}

/** A page syncs the contact; `meanwhile` happens between its read and its writes. */
export function syncByPage(world: HandoverWorld, refused: readonly Property[], meanwhile: () => void): Page {
  const pair = world.read(false);
  const live = newContact(new Date().toISOString());
  const decision = decidePair(pair, { link: null, base: {}, salesforceSeenAt: null });
  assert.deepEqual(decidePair(pair, live), decision);
  const write = planWrite(hubspotId, pair, decision);
  meanwhile();
  const outcome = write === null ? null : world.write(write, refused);
  const done = decidedOutcome(hubspotId, pair, decision, outcome, 'import');
  assert.ok('handover' in done && done.handover !== null);
  finish(live, pair, decision, 'test', outcome);
  const handover = outcome?.created === true ? readBack(world, done.handover, live) : done.handover;
  return { handover: handoverInput().parse(JSON.parse(JSON.stringify(handover))), live };
}

/** A record that a page created holds what Salesforce itself filled in. */
function readBack(world: HandoverWorld, { base, ...handover }: Handover, live: ContactState): Handover {
  const pair = world.read(false);
  const decision: Decision = decidePair(pair, { link: handover.link, base, salesforceSeenAt: null });
  const write = planWrite(hubspotId, pair, decision);
  const outcome = write === null ? null : world.write(write, []);
  finish(live, pair, decidePair(pair, live), 'test', outcome);
  return { ...handover, base: conclude(pair, decision, base, outcome).base };
}

/** A contact's workflow is handed what a page wrote. */
export function deliver(s: ContactState, handover: Handover): void {
  noteHandover(s, handover);
  for (const one of s.inbox.handovers.splice(0)) adopt(s, one);
}
