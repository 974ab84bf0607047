import { fields, type Field, type Side } from './fields.ts';
import { Membership } from './membership.ts';
import { clock, writesByContact, type ContactStory, type Edit, type Story, type Violation, type Write } from './story.ts';

/** Edits further apart than this have an order that both CRMs' clocks show: Salesforce's stamps are whole seconds, and a second is a tie. */
const apartMs = 2_000;
/** A write that follows an edit of the same field so soon was decided on a read before it. */
const overtakenMs = 5_000;
/** A segment that is selected within this time of a joining may hide it: joiners are read every few seconds. */
const joinersMs = 15_000;

export interface ValuesFound {
  violations: Violation[];
  /** A person's edit overwritten by a write that was decided before it: no CRM offers a condition on a batch. */
  overtaken: Violation[];
  /** Last edits that had to hold on both sides, pairs that had to agree, and edits whose order Salesforce's stamps do not show. */
  counts: { lastEdits: number; agreeing: number; orderUnknown: number; values: number };
}

interface Case {
  contact: ContactStory;
  field: Field;
  /** Of this field, oldest first. */
  edits: Edit[];
  writes: Write[];
  membership: Membership;
  lateMs: number;
}

/** Final values: written by somebody, blank only where somebody blanked, alike where the pair must agree, and the last edit's where it stands apart. */
export function checkValues(story: Story): ValuesFound {
  const found: ValuesFound = { violations: [], overtaken: [], counts: { lastEdits: 0, agreeing: 0, orderUnknown: 0, values: 0 } };
  const membership = new Membership(story);
  const writes = writesByContact(story);
  for (const contact of story.contacts) {
    for (const field of fields) {
      const edits = contact.edits.filter(({ values }) => field.hubspot in values).sort((a, b) => a.at.sent - b.at.sent);
      const one: Case = { contact, field, edits, writes: writes.get(contact.hubspotId) ?? [], membership, lateMs: story.lateMs ?? 0 };
      checkKnown(one, found);
      if (field.rule === 'none') checkApart(one, found);
      else if (!checkLastEdit(one, found)) checkAgreement(one, found);
    }
  }
  return found;
}

const say = (value: string | null | undefined): string => (value == null ? 'blank' : `"${value}"`);

function fault({ contact, field, edits, writes }: Case, invariant: string, what: string): Violation {
  const told = [
    ...edits.map(({ side, at, values }) => ({ at: at.sent, text: `a person sets ${say(values[field.hubspot])} in ${side}` })),
    ...writes.filter(({ values }) => field.hubspot in values).map(({ side, at, values }) => ({ at, text: `the product writes ${say(values[field.hubspot])} in ${side}` })),
  ].sort((a, b) => a.at - b.at).map(({ at, text }) => `${clock(at)} ${text}`);
  const { seed, records } = contact;
  const begin = `at first ${say(seed.hubspot[field.hubspot])} in hubspot, ${say(seed.salesforce[field.hubspot])} in salesforce`;
  return { invariant, hubspotId: contact.hubspotId, what: `${what} (${field.hubspot}, ${records.join(' then ')}, ${field.rule}; ${[begin, ...told].join('; ')}; it is ${contact.status ?? 'without a workflow'}: ${contact.reason})` };
}

/** Nothing is there, or was written by the product, that no edit and not the seed brought. */
function checkKnown(one: Case, found: ValuesFound): void {
  const { contact, field, edits, writes } = one;
  const name = field.hubspot;
  const known = (until: number): Set<string | null> =>
    new Set([contact.seed.hubspot[name] ?? null, contact.seed.salesforce[name] ?? null, ...edits.filter(({ at }) => at.sent <= until).map(({ values }) => values[name] ?? null)]);
  for (const side of ['hubspot', 'salesforce'] as const) {
    const value = contact.final[side][name] ?? null;
    found.counts.values += 1;
    if (known(Infinity).has(value)) continue;
    found.violations.push(fault(one, value === null ? 'blank without an edit that blanked it' : 'a value that nobody wrote', `${side} has ${say(value)}`));
  }
  for (const { side, at, values } of writes) {
    if (name in values && !known(at).has(values[name] ?? null)) found.violations.push(fault(one, 'the product wrote what nobody had written', `${say(values[name])} went to ${side} at ${clock(at)}`));
  }
}

/** "Don't sync": each side keeps its own. */
function checkApart(one: Case, found: ValuesFound): void {
  const { contact, field: { hubspot: name }, edits } = one;
  for (const side of ['hubspot', 'salesforce'] as const) {
    const own = edits.filter((edit) => edit.side === side).at(-1)?.values ?? contact.seed[side];
    if ((own[name] ?? null) !== (contact.final[side][name] ?? null)) found.violations.push(fault(one, 'a field that must not sync', `${side} has ${say(contact.final[side][name])} instead of ${say(own[name])}`));
  }
}

/** A two-way field's last edit, apart from all others, of a member that stays one, stands on both sides. Answers whether that was to be checked. */
function checkLastEdit(one: Case, found: ValuesFound): boolean {
  const { contact, field, edits, membership } = one;
  const last = edits.at(-1);
  if (field.rule !== 'two-way' || last === undefined) return false;
  if (edits.slice(0, -1).some(({ at }) => last.at.sent - at.done <= apartMs) || !membership.stays(contact.hubspotId, last.at.sent)) return false;
  const value = last.values[field.hubspot] ?? null;
  // To write what stands there already is no edit, and no CRM tells of it.
  if (valueOn(one, last.side, last.at.sent) === value) return false;
  // Of a pair that never synced, a blank is no deletion.
  if (value === null && !syncedBefore(one, last.at.sent)) return false;
  if (orderUnknown(one, last)) {
    found.counts.orderUnknown += 1;
    return false;
  }
  found.counts.lastEdits += 1;
  const wrong = (['hubspot', 'salesforce'] as const).filter((side) => (contact.final[side][field.hubspot] ?? null) !== value);
  if (wrong.length === 0) return true;
  const violation = fault(one, 'the last edit does not stand on both sides', `${wrong.map((side) => `${side} has ${say(contact.final[side][field.hubspot])}`).join(' and ')} instead of ${say(value)}`);
  if (isOvertaken(one, last)) found.overtaken.push(violation);
  else found.violations.push(violation);
  return true;
}

function syncedBefore({ contact, writes }: Case, at: number): boolean {
  return contact.synced || writes.some((write) => write.claim && write.at < at);
}

/**
 * HubSpot's edit is the last, an earlier one of the field in Salesforce had not come over yet, and the record's one stamp moved again
 * for another reason: then the order is not known, and Salesforce wins (behaviour: section 4).
 */
function orderUnknown(one: Case, last: Edit): boolean {
  const { field: { hubspot: name }, edits, writes, contact } = one;
  if (last.side !== 'hubspot') return false;
  const earlier = edits.findLast((edit) => edit.side === 'salesforce' && edit !== last);
  const rival = earlier?.values[name] ?? (syncedBefore(one, last.at.sent) ? undefined : contact.seed.salesforce[name]);
  if (earlier === undefined && rival == null) return false;
  const cameOver = writes.some(({ side, at, values }) => side === 'hubspot' && name in values && (values[name] ?? null) === (rival ?? null) && at > (earlier?.at.sent ?? 0) && at < last.at.sent);
  if (cameOver) return false;
  const moved = (at: number) => at > last.at.sent - 1_000;
  return contact.edits.some((edit) => edit.side === 'salesforce' && moved(edit.at.done)) || (contact.converted !== null && moved(contact.converted.done))
    || writes.some(({ side, at, values }) => side === 'salesforce' && moved(at) && !(name in values));
}

/** The product wrote over the last edit, so soon that it had read before, what was due by what stood on both sides before it. */
function isOvertaken(one: Case, { side, at, values }: Edit): boolean {
  const name = one.field.hubspot;
  const [own, rival] = [valueOn(one, side, at.sent), valueOn(one, side === 'hubspot' ? 'salesforce' : 'hubspot', at.sent)];
  return own !== rival && rival !== (values[name] ?? null)
    && one.writes.some((write) => write.side === side && name in write.values && (write.values[name] ?? null) === rival && write.at >= at.sent && write.at <= at.done + overtakenMs + one.lateMs);
}

/** What stood there just before `until`. */
function valueOn({ contact, field: { hubspot: name }, edits, writes }: Case, side: Side, until: number): string | null {
  const changes = [...edits.map((edit) => ({ ...edit, at: edit.at.sent })), ...writes.filter(({ values }) => name in values)].filter((change) => change.side === side && change.at < until);
  const last = changes.sort((a, b) => a.at - b.at).at(-1);
  return (last === undefined ? contact.seed[side] : last.values)[name] ?? null;
}

/** A member's pair agrees once it was triggered since it became one: by joining, or by an edit after a selection. */
function checkAgreement(one: Case, found: ValuesFound): void {
  const { contact, field, membership } = one;
  const entry = membership.entry(contact.hubspotId);
  if (entry === null) return;
  const joinersWithin = joinersMs + one.lateMs;
  const mayHide = entry.by === 'selection' || membership.nearSelection(entry.at, joinersWithin);
  const mapped = ({ values }: Edit) => fields.some(({ hubspot, rule }) => rule !== 'none' && hubspot in values);
  if (mayHide && !contact.edits.some((edit) => edit.at.sent > entry.at + joinersWithin && mapped(edit))) return;
  const hubspot = contact.final.hubspot[field.hubspot] ?? null;
  const salesforce = contact.final.salesforce[field.hubspot] ?? null;
  // What Salesforce never held stays in HubSpot alone.
  if (field.rule === 'always-salesforce' && salesforce === null) return;
  found.counts.agreeing += 1;
  if (hubspot !== salesforce) found.violations.push(fault(one, 'a member whose sides differ', `hubspot has ${say(hubspot)}, salesforce ${say(salesforce)}`));
}
