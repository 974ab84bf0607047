/**
 * The matching ladder (behaviour: section 6): the id is the anchor, never "latest", and the rung is recorded.
 * Pure: the caller reads the candidates, and reads again where the answer is `follow`.
 */
import { isValidEmail, normaliseEmail } from './email.ts';
import { fateOf, refOf, type HubSpotCandidate, type SalesforceCandidate, type Seeker } from './match/candidates.ts';
import type { HubSpotContactId, Link, Rung, SalesforceRef, SalesforceType } from './records.ts';

export { isValidEmail, normaliseEmail } from './email.ts';
export type { HubSpotCandidate, SalesforceCandidate, Seeker } from './match/candidates.ts';

/** What a contact's search for its Salesforce record came to. */
export type Match =
  /** `duplicates`: other live records with its id or email, reported and never linked. */
  | { kind: 'linked'; link: Link; duplicates: SalesforceRef[] }
  | { kind: 'none' }
  /** A person must decide; nothing is written. `why` is a sentence. */
  | { kind: 'review'; why: string; candidates: SalesforceRef[] }
  /** Converted or merged into a record that is not among the candidates: read it and match again, with it as the link. */
  | { kind: 'follow'; ref: SalesforceRef; rung: Rung }
  /** The linked record was deleted, or cannot be seen (hard delete or permissions): never created again for that. */
  | { kind: 'gone'; ref: SalesforceRef; how: 'deleted' | 'not-visible'; why: string };

/**
 * Finds the Salesforce record of a contact. `candidates` hold the linked record, all records with its external id or
 * one of its emails, in any order; records of others among them do no harm. `takenBy` names the contact that another
 * workflow has linked to a record. Pass the link as null to match again from rung 2.
 */
export function matchFromHubSpot({ contact, candidates, takenBy = {} }: {
  contact: Seeker;
  candidates: readonly SalesforceCandidate[];
  takenBy?: Readonly<Record<string, HubSpotContactId>>;
}): Match {
  const ladder = new Ladder(contact, candidates, takenBy);
  if (contact.link !== null) return ladder.byLink(contact.link);
  return ladder.byExternalId() ?? ladder.byEmail([contact.email]) ?? ladder.byEmail(contact.additionalEmails) ?? { kind: 'none' };
}

/** One contact's search; each rung answers null where it finds nobody. */
class Ladder {
  readonly #contact: Seeker;
  readonly #records: SalesforceCandidate[];
  readonly #takenBy: Readonly<Record<string, HubSpotContactId>>;
  readonly #ownIds: ReadonlySet<string | null>;

  constructor(contact: Seeker, candidates: readonly SalesforceCandidate[], takenBy: Readonly<Record<string, HubSpotContactId>>) {
    this.#contact = contact;
    this.#records = [...new Map(candidates.map((one) => [one.id, one])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#takenBy = takenBy;
    this.#ownIds = new Set([contact.hubspotId, ...contact.mergedIds]);
  }

  /** Rung 1: the stored link, after conversion and merge. */
  byLink(link: Link): Match {
    const end = this.#follow(link, link.rung);
    if (end.kind === 'live') return this.#linked(end.record, link.rung);
    return end.kind === 'gone' ? { ...end, why: goneBecause(end) } : end;
  }

  /** Rung 2: records that hold this contact's id or one it was merged from. */
  byExternalId(): Match | null {
    const holders = this.#records.filter((one) => this.#ownIds.has(one.externalId));
    const ends = holders.map((one) => this.#follow(one, 'external-id'));
    const follow = ends.find((end) => end.kind === 'follow');
    if (follow !== undefined) return follow;
    // A holder that was deleted for good leaves nothing to link: the next rungs go on.
    const live = [...new Map(ends.flatMap((end) => (end.kind === 'live' ? [[end.record.id, end.record] as const] : []))).values()];
    return this.#oneOf(this.#ofPrimary(live), 'external-id', 'external-id', () => `${live.length} records in Salesforce hold the HubSpot id of this contact.`);
  }

  /**
   * Contacts that were merged in HubSpot may each have had a record: the former primary's is kept, the others are reported. The
   * primary is the one whose email the contact has, else the first of the old ids.
   */
  #ofPrimary(holders: readonly SalesforceCandidate[]): readonly SalesforceCandidate[] {
    const ids = [this.#contact.hubspotId, ...this.#contact.mergedIds];
    const held = ids.filter((id) => holders.some((one) => one.externalId === id));
    if (held.length < 2) return holders;
    const email = normaliseEmail(this.#contact.email);
    const primary = held.find((id) => id === this.#contact.hubspotId)
      ?? held.find((id) => holders.some((one) => one.externalId === id && email !== null && normaliseEmail(one.email) === email)) ?? held[0];
    return holders.filter((one) => one.externalId === primary);
  }

  /** Rungs 3 and 4: the one live Contact with the email, else the one unconverted Lead. */
  byEmail(emails: readonly (string | null)[]): Match | null {
    const live = this.#records.filter((one) => fateOf(one).kind === 'live' && hasOneOf(emails, one));
    return this.#oneOf(live, 'contact-email', 'lead-email', (type, count) => `${count} ${type}s in Salesforce have the email of this contact.`);
  }

  /** A live Contact beats a live Lead; several of a kind are for a person. */
  #oneOf(live: readonly SalesforceCandidate[], contactRung: Rung, leadRung: Rung, several: (type: SalesforceType, count: number) => string): Match | null {
    const contacts = live.filter((one) => one.type === 'Contact');
    const choice = contacts.length > 0 ? contacts : live;
    const [only] = choice;
    if (only === undefined) return null;
    if (choice.length > 1) return { kind: 'review', why: several(only.type, choice.length), candidates: choice.map(refOf) };
    return this.#linked(only, only.type === 'Contact' ? contactRung : leadRung);
  }

  /** Follows conversion and merge as far as the candidates reach; a chain that bites its tail counts as gone. */
  #follow(start: SalesforceRef, rung: Rung):
    | { kind: 'live'; record: SalesforceCandidate }
    | Extract<Match, { kind: 'follow' }>
    | { kind: 'gone'; ref: SalesforceRef; how: 'deleted' | 'not-visible' } {
    const seen = new Set<string>();
    let ref = refOf(start);
    for (;;) {
      const record = this.#records.find((one) => one.id === ref.id);
      if (record === undefined) return seen.size === 0 ? { kind: 'gone', ref, how: 'not-visible' } : { kind: 'follow', ref, rung };
      const fate = fateOf(record);
      if (fate.kind === 'live') return { kind: 'live', record };
      seen.add(ref.id);
      if (fate.kind === 'gone' || seen.has(fate.ref.id)) return { kind: 'gone', ref, how: fate.how === 'deleted' ? 'deleted' : 'not-visible' };
      ref = fate.ref;
    }
  }

  /** A record that belongs to another contact is never linked a second time. */
  #linked(record: SalesforceCandidate, rung: Rung): Match {
    const other = this.#ownerOf(record);
    if (other !== null) {
      return { kind: 'review', why: `${record.type} ${record.id} belongs to HubSpot contact ${other} already; perhaps the two contacts should be merged in HubSpot.`, candidates: [refOf(record)] };
    }
    return { kind: 'linked', link: { ...refOf(record), rung }, duplicates: this.#duplicatesOf(record) };
  }

  #ownerOf({ id, externalId }: SalesforceCandidate): string | null {
    if (externalId !== null && externalId !== '' && !this.#ownIds.has(externalId)) return externalId;
    const owner = Object.hasOwn(this.#takenBy, id) ? this.#takenBy[id] : undefined;
    return owner === undefined || this.#ownIds.has(owner) ? null : owner;
  }

  #duplicatesOf(record: SalesforceCandidate): SalesforceRef[] {
    const emails = [this.#contact.email, ...this.#contact.additionalEmails];
    return this.#records
      .filter((one) => one.id !== record.id && fateOf(one).kind === 'live')
      .filter((one) => this.#ownIds.has(one.externalId) || hasOneOf(emails, one))
      .map(refOf);
  }
}

/** Whether a record has one of these emails; a blank is none. */
function hasOneOf(emails: readonly (string | null)[], record: { email: string | null }): boolean {
  const wanted = normaliseEmail(record.email);
  return wanted !== null && emails.some((email) => normaliseEmail(email) === wanted);
}

const goneBecause = ({ ref, how }: { ref: SalesforceRef; how: 'deleted' | 'not-visible' }): string => (how === 'deleted'
  ? `${ref.type} ${ref.id} was deleted in Salesforce.`
  : `${ref.type} ${ref.id} cannot be seen in Salesforce: it was deleted for good, or the integration user may not read it.`);

/** What a Salesforce record's search for its contact came to. */
export type ContactMatch =
  | { kind: 'linked'; contact: HubSpotContactId; by: 'external-id' | 'known' | 'email' | 'secondary-email' }
  /** No contact: S4 may create one. */
  | { kind: 'none' }
  /** Never linked, never created from: counted with this reason. */
  | { kind: 'skip'; reason: 'no-email' | 'invalid-email' | 'deleted' | 'converted' }
  | { kind: 'review'; why: string; candidates: HubSpotContactId[] }
  /** Converted or merged: that record is the one to look at. */
  | { kind: 'follow'; ref: SalesforceRef }
  /** The contact whose id the record holds is archived or unknown: it is not created again. */
  | { kind: 'gone'; contact: HubSpotContactId; why: string };

/**
 * Finds the contact of a Salesforce record: external id, a workflow that knows the record (`knownContact`), primary,
 * then secondary email. Names are never compared. `candidates` hold the contacts with that id or email; a contact
 * merged away is found through its survivor's `mergedIds`.
 */
export function matchFromSalesforce({ record, knownContact, candidates }: {
  record: SalesforceCandidate;
  knownContact: HubSpotContactId | null;
  candidates: readonly HubSpotCandidate[];
}): ContactMatch {
  const fate = fateOf(record);
  if (fate.kind === 'moved') return { kind: 'follow', ref: fate.ref };
  if (fate.kind === 'gone') return { kind: 'skip', reason: fate.how };
  const contactOf = (id: HubSpotContactId | null) => candidates.find((one) => !one.archived && (one.id === id || one.mergedIds.some((merged) => merged === id)));
  const known = contactOf(knownContact)?.id ?? knownContact;
  const claimed = record.externalId === '' ? null : record.externalId as HubSpotContactId | null;
  if (claimed !== null) {
    const holder = contactOf(claimed);
    if (holder === undefined) return { kind: 'gone', contact: claimed, why: `${record.type} ${record.id} belongs to HubSpot contact ${claimed}, which is deleted or cannot be seen.` };
    if (known === null || known === holder.id) return { kind: 'linked', contact: holder.id, by: 'external-id' };
    return { kind: 'review', why: `${record.type} ${record.id} holds the id of HubSpot contact ${holder.id}, but is linked to ${known}.`, candidates: [holder.id, known] };
  }
  if (known !== null) return { kind: 'linked', contact: known, by: 'known' };
  const email = normaliseEmail(record.email);
  if (email === null) return { kind: 'skip', reason: 'no-email' };
  if (!isValidEmail(email)) return { kind: 'skip', reason: 'invalid-email' };
  const live = candidates.filter((one) => !one.archived);
  const primary = live.filter((one) => normaliseEmail(one.email) === email);
  const secondary = live.filter((one) => one.additionalEmails.some((one) => normaliseEmail(one) === email));
  const [found, by] = primary.length > 0 ? [primary, 'email'] as const : [secondary, 'secondary-email'] as const;
  const ids = [...new Set(found.map((one) => one.id))].sort();
  const [only] = ids;
  if (only === undefined) return { kind: 'none' };
  if (ids.length > 1) return { kind: 'review', why: `${ids.length} HubSpot contacts have the email of ${record.type} ${record.id}.`, candidates: ids };
  return { kind: 'linked', contact: only, by };
}
