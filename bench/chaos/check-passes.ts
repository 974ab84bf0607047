import { checkGate, type GateFound } from '../soak/check-gate.ts';
import { Membership } from '../soak/membership.ts';
import { clock, type ContactStory, type Violation, type Write } from '../soak/story.ts';
import type { ChaosStory, PersonaStory } from './story.ts';

export interface PassesFound extends GateFound {
  /** Writes that the gate's two exceptions allow: S4's one pass into HubSpot, and the import's contact with its email alone. */
  passes: Record<'creation' | 'import', number>;
}

/** Whether every write was of a member, or one of the two exceptions; and nobody is deleted, as the settings say. */
export function checkPasses({ soak, cast }: Pick<ChaosStory, 'soak' | 'cast'>): PassesFound {
  const passes = { creation: 0, import: 0 };
  const allowed = new Set<Write>();
  const violations: Violation[] = [];
  const membership = new Membership(soak);
  for (const { role, contacts: [contact] } of cast) {
    if (contact === undefined || (role !== 'imported' && role !== 'new in Salesforce')) continue;
    const writes = soak.writes.filter(({ side, id, at }) => side === 'hubspot' && id === contact && membership.lastMember(contact, at) === null);
    const past = role === 'imported' ? importsEmail(writes) : passesOnce(writes);
    for (const write of past) allowed.add(write);
    passes[role === 'imported' ? 'import' : 'creation'] += past.length;
  }
  for (const contact of soak.contacts) {
    const pass = passOnConversion(contact, soak.writes, membership);
    if (pass === undefined) continue;
    allowed.add(pass);
    passes.creation += 1;
  }
  for (const { side, kind, id, at } of soak.writes) {
    if (kind === 'delete' || kind === 'undelete') violations.push({ invariant: 'a delete that nobody asked for', hubspotId: '', what: `${clock(at)} ${side} ${id}` });
  }
  const gate = checkGate({ ...soak, contacts: [...soak.contacts, ...cast.flatMap(contactsOf)], writes: soak.writes.filter((write) => !allowed.has(write)) });
  return { passes, slips: gate.slips, violations: [...violations, ...gate.violations] };
}

/** HubSpot itself sets the rest of a new contact. */
const importsEmail = (writes: readonly Write[]): Write[] =>
  writes.filter(({ kind, values }) => kind === 'create' && Object.values(values).every((value) => value === null)).slice(0, 1);

/** The contact is created with its email, and its own workflow brings the values in one write. */
function passesOnce(writes: readonly Write[]): Write[] {
  const created = writes.find(({ kind }) => kind === 'create');
  const filled = writes.find(({ kind }) => kind === 'update');
  return [created, filled].filter((write) => write !== undefined);
}

/** A conversion creates a Contact: one that nobody has linked yet passes once, as any that is created (S4.2). */
function passOnConversion({ hubspotId, records, converted, synced }: ContactStory, writes: readonly Write[], membership: Membership): Write | undefined {
  if (converted === null || synced || writes.some(({ claim, id, at }) => claim && records.includes(id) && at < converted.sent)) return undefined;
  return writes.find(({ side, id, at }) => side === 'hubspot' && id === hubspotId && at >= converted.sent && membership.lastMember(hubspotId, at) !== at);
}

/** For the soak's check of the gate, which asks for no values. */
function contactsOf({ role, contacts, survivor, records, synced }: PersonaStory): ContactStory[] {
  const one = (hubspotId: string, formerIds: string[], ofRecords: string[]): ContactStory => ({
    person: -1, hubspotId, formerIds, records: ofRecords, seed: { hubspot: {}, salesforce: {} }, synced, edits: [], converted: null, final: { hubspot: {}, salesforce: {} }, status: null, reason: '',
  });
  if (survivor !== null) return [one(survivor, contacts, records)];
  return role === 'merged in Salesforce' ? contacts.map((contact, i) => one(contact, [], records.slice(i, i + 1))) : contacts.map((contact) => one(contact, [], records));
}
