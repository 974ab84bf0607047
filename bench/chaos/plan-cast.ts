import { fields, type Side } from '../soak/fields.ts';
import type { Person } from '../soak/plan.ts';
import { Random } from '../soak/random.ts';

/** What happens to somebody beside edits, so that the end is another than for the rest. */
export type Role = 'merged in HubSpot' | 'merged in Salesforce' | 'deleted in HubSpot' | 'deleted in Salesforce' | 'restored in HubSpot' | 'restored in Salesforce' | 'new in HubSpot' | 'new in Salesforce' | 'imported';

/** Somebody with a role; times are ms after the first deed. */
export interface Persona {
  role: Role;
  /** Places among the people of the plan: none for those who are new or imported, two for a merge, the one that is kept first. */
  people: number[];
  type: 'Lead' | 'Contact';
  /** Of those who are new or imported. */
  email: string;
  /** Two edits: of the phone before the fate, of the job title after all else. */
  first: { at: number; side: Side; phone: string };
  last: { at: number; side: Side; jobtitle: string };
  /** When it is merged, deleted or created. */
  fate: number;
  /** When it is restored, or joins the segment; null where it does not. */
  later: number | null;
  /** Of those who are created or imported, by HubSpot's property. */
  values: Record<string, string>;
  batch: number;
}

/** So many of each in three minutes. */
const inThreeMinutes: Record<Role, number> = {
  'merged in HubSpot': 5, 'merged in Salesforce': 3, 'deleted in HubSpot': 3, 'deleted in Salesforce': 3, 'restored in HubSpot': 4, 'restored in Salesforce': 4,
  'new in HubSpot': 10, 'new in Salesforce': 10, imported: 16,
};
const peopleOf: Record<Role, number> = {
  'merged in HubSpot': 2, 'merged in Salesforce': 2, 'deleted in HubSpot': 1, 'deleted in Salesforce': 1, 'restored in HubSpot': 1, 'restored in Salesforce': 1,
  'new in HubSpot': 0, 'new in Salesforce': 0, imported: 0,
};
const batches = 2;
const domain = 'chaos.example';

/** Those with a role, and as whom they are in both CRMs at the start, from the place `from` on. */
export function planCast(seed: number, length: number, from: number): { cast: Persona[]; paired: Person[]; imports: { at: number; batch: number }[] } {
  const random = new Random(seed + 7_000_001);
  const cast: Persona[] = [];
  const paired: Person[] = [];
  const part = (least: number, most: number): number => Math.round((least + random.next() * (most - least)) * length);
  const imports = Array.from({ length: batches }, (_, batch) => ({ at: part(0.2 + 0.25 * batch, 0.35 + 0.25 * batch), batch }));
  for (const [role, count] of Object.entries(inThreeMinutes) as [Role, number][]) {
    for (let i = 0; i < Math.max(1, Math.round((count * length) / 180_000)); i++) {
      const type = random.chance(0.6) ? 'Lead' : 'Contact';
      const people = Array.from({ length: peopleOf[role] }, (_, k) => from + paired.length + k);
      paired.push(...people.map(() => member(random, type, cast.length)));
      const fate = part(0.3, 0.6);
      cast.push({ role, people, type, email: `${role.replaceAll(' ', '-').toLowerCase()}${i}.batch${i % batches}@${domain}`, fate, batch: i % batches, ...edits(random, role, part, cast.length), later: laterOf(random, role, fate, length), values: valuesOf(random, cast.length) });
    }
  }
  return { cast, paired, imports };
}

function edits(random: Random, role: Role, part: (least: number, most: number) => number, n: number): Pick<Persona, 'first' | 'last'> {
  const any = random.pick(['hubspot', 'salesforce'] as const);
  // Of the others one side alone is certain to be there.
  const side: Partial<Record<Role, Side>> = { 'deleted in HubSpot': 'salesforce', 'deleted in Salesforce': 'hubspot', 'new in HubSpot': 'hubspot', 'new in Salesforce': 'salesforce', imported: 'salesforce' };
  return {
    first: { at: part(0.02, 0.25), side: random.pick(['hubspot', 'salesforce'] as const), phone: `+1 556 ${String(n).padStart(7, '0')}` },
    last: { at: part(0.85, 0.99), side: side[role] ?? any, jobtitle: `Last title ${n}` },
  };
}

function laterOf(random: Random, role: Role, fate: number, length: number): number | null {
  switch (role) {
    case 'restored in HubSpot': case 'restored in Salesforce': return fate + Math.round(random.next() * length * 0.15);
    case 'new in Salesforce': case 'imported': return random.chance(0.5) ? Math.round((0.65 + random.next() * 0.15) * length) : null;
    case 'merged in HubSpot': case 'merged in Salesforce': case 'deleted in HubSpot': case 'deleted in Salesforce': case 'new in HubSpot': return null;
  }
}

/** Both sides hold the same, so that nothing but its role moves it. */
function member(random: Random, type: Persona['type'], n: number): Person {
  const values = valuesOf(random, n);
  return { type, group: 'in', second: true, values: { hubspot: values, salesforce: values } };
}

function valuesOf(random: Random, n: number): Record<string, string> {
  return Object.fromEntries(fields.map((field, place) => [field.hubspot, random.chance(0.75) ? field.value(5_000_000 + 1_000 * n + 100 * place + random.int(100)) : '']));
}
