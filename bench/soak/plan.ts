import { fields, type Field, type Group, type Side } from './fields.ts';
import { Draw } from './draw.ts';
import { Random } from './random.ts';

/** A person of the soak as both CRMs hold it at the start: one HubSpot contact and one Salesforce record with the same email. */
export interface Person {
  type: 'Lead' | 'Contact';
  group: Group;
  second: boolean;
  /** Values by HubSpot property, '' for blank. */
  values: Record<Side, Record<string, string>>;
}

/** One thing that somebody does, and when: ms after the first. */
export type Deed = { at: number } & (
  /** `group` moves the contact between the groups of the segment's criteria in the same save. */
  | { kind: EditKind; side: Side; person: number; values: Record<string, string>; group?: Group }
  | { kind: 'convert'; person: number }
  | { kind: 'criteria'; groups: Group[] }
  | { kind: 'select'; segment: 'first' | 'second' }
  | { kind: 'disconnect' | 'gap' }
);
export type EditKind = 'edit' | 'edit of several' | 'both at once' | 'one after the other' | 'same second' | 'leave' | 'leave and edit' | 'join';
export type EditDeed = Extract<Deed, { side: Side }>;

export interface Plan {
  people: Person[];
  deeds: Deed[];
}

export interface PlanOptions {
  seed: number;
  edits: number;
  contacts: number;
  perSecond: number;
}

const cycleMs = 150_000;

/** Everything that a run does, decided beforehand, so that a seed repeats it. @throws where so few contacts would meet the loop guard. */
export function planSoak({ seed, edits, contacts, perSecond }: PlanOptions): Plan {
  const random = new Random(seed);
  const people = Array.from({ length: contacts }, (_, i) => planPerson(random, i));
  const length = (edits / perSecond) * 1000;
  const deeds: Deed[] = [...segmentDeeds(length), ...mischiefDeeds(random, length)];
  const draw = new Draw(random, people);
  let n = 10_000_000;
  const value = (field: Field): string => (random.chance(0.08) ? '' : field.value(n++));
  const some = (count: number): Record<string, string> => Object.fromEntries(Array.from({ length: count }, () => random.pick(fields)).map((field) => [field.hubspot, value(field)]));
  const other = (side: Side): Side => (side === 'hubspot' ? 'salesforce' : 'hubspot');
  const made: EditDeed[] = [];
  while (made.length < edits) {
    const at = (made.length / perSecond) * 1000;
    const side = random.pick(['hubspot', 'salesforce'] as const);
    const kind = random.weighted({ edit: 52, 'edit of several': 12, 'both at once': 6, 'one after the other': 6, 'same second': 4, leave: 4, 'leave and edit': 5, join: 4, convert: 2 });
    const left = edits - made.length;
    const edit = (deed: Omit<EditDeed, 'at'> & { at?: number }): void => {
      made.push({ at, ...deed });
    };
    switch (kind) {
      case 'edit': edit({ kind, side, person: draw.anybody(at, 1), values: some(1) }); break;
      case 'edit of several': edit({ kind, side, person: draw.anybody(at, 1), values: some(random.between(2, 3)) }); break;
      case 'both at once': case 'one after the other': case 'same second': {
        if (left < 2) break;
        const person = draw.anybody(at, 2);
        const field = random.pick(fields);
        const gap = kind === 'one after the other' ? random.between(2_300, 6_000) : kind === 'both at once' ? random.between(0, 1_500) : random.between(0, 300);
        edit({ kind, side, person, values: { [field.hubspot]: value(field) } });
        edit({ kind, side: kind === 'same second' ? side : other(side), person, values: { [field.hubspot]: value(field) }, at: at + gap });
        break;
      }
      case 'leave': case 'leave and edit': {
        const person = left < 2 ? null : draw.somebody(at, 3, 'in');
        if (person === null) break;
        edit({ kind, side: 'hubspot', person, values: kind === 'leave' ? {} : some(1), group: 'out' });
        // Most come back; some stay away.
        const back = random.chance(0.8) ? at + random.between(500, Math.min(40_000, Math.max(4_000, length / 2))) : null;
        if (back !== null) edit({ kind: 'join', side: 'hubspot', person, values: random.chance(0.3) ? some(1) : {}, group: 'in', at: back });
        draw.away(person, back);
        break;
      }
      case 'join': {
        const person = draw.somebody(at, 2, 'out');
        if (person === null) break;
        edit({ kind, side: 'hubspot', person, values: random.chance(0.3) ? some(1) : {}, group: 'in' });
        draw.joins(person);
        break;
      }
      case 'convert': {
        const person = draw.lead(at);
        if (person !== null) deeds.push({ at, kind, person });
        break;
      }
    }
  }
  return { people, deeds: [...deeds, ...made].sort((a, b) => a.at - b.at) };
}

function planPerson(random: Random, i: number): Person {
  const values = { hubspot: {}, salesforce: {} } as Person['values'];
  for (const [place, field] of fields.entries()) {
    const [h, s] = [field.value(1_000 * i + 2 * place), field.value(1_000 * i + 2 * place + 1)];
    const state = random.weighted({ same: 50, blank: 20, hubspot: 10, salesforce: 10, differ: 10 });
    values.hubspot[field.hubspot] = state === 'blank' || state === 'salesforce' ? '' : h;
    values.salesforce[field.hubspot] = state === 'blank' || state === 'hubspot' ? '' : state === 'same' ? h : s;
  }
  const group = random.weighted({ in: 70, half: 12, out: 18 });
  return { type: random.chance(0.75) ? 'Lead' : 'Contact', group, second: random.chance(0.75), values };
}

/**
 * Another segment is selected and the first one again, and its criteria are widened and narrowed, once in each cycle. Not in the last of
 * many: whoever became a member by a selection is not triggered, so that little could be said of the end.
 */
function segmentDeeds(length: number): Deed[] {
  const cycles = Math.max(1, Math.round(length / cycleMs));
  const each = length / cycles;
  return Array.from({ length: cycles }, (_, i) => i).flatMap((i): Deed[] => {
    const at = (part: number): number => (i + part) * each;
    const selections: Deed[] = [{ at: at(0.1), kind: 'select', segment: 'second' }, { at: at(0.3), kind: 'select', segment: 'first' }];
    return [...(i > 0 && i === cycles - 1 ? [] : selections), { at: at(0.45), kind: 'criteria', groups: ['in', 'half'] }, { at: at(0.7), kind: 'criteria', groups: ['in'] }];
  });
}

function mischiefDeeds(random: Random, length: number): Deed[] {
  const every = 20_000;
  return Array.from({ length: Math.max(1, Math.floor(length / every)) }, (_, i): Deed => ({ at: i * every + random.int(Math.min(every, length)), kind: random.pick(['disconnect', 'gap']) }));
}
