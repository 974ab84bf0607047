/** What may befall a contact around a page that syncs it and the handover of what both sides agreed on, at random. */
import * as fc from 'fast-check';
import { maybe, names, RULES } from '../sync/random-pairs.ts';

/** Properties with a field each and, once the mappings change, another one. */
export const properties = names.filter((name) => name !== 'lastname');
export type Property = (typeof properties)[number];

/** A person sets or blanks one value: HubSpot's, or that of the field that is mapped first or later. */
export interface Edit {
  kind: 'edit';
  property: Property;
  column: 'hubspot' | 'mapped' | 'later';
  value: string | null;
}

/** The contact's own workflow syncs it: people edit between its read and its write, fields are refused, its answer gets lost. */
export interface LiveSync {
  kind: 'live sync';
  edits: Edit[];
  refused: Property[];
  answered: boolean;
}

export type Step =
  | Edit | LiveSync
  /** The job ends: nothing waits for its base any more. */
  | { kind: 'job over' }
  /** A property is mapped to another field. */
  | { kind: 'mapping'; property: Property };

export const deliveries = ['in time', 'late', 'repeated', 'lost'] as const;

export interface Sequence {
  /** By property: the values before, and the rule. */
  fields: { property: Property; h: string | null; mapped: string | null; later: string | null; rule: (typeof RULES)[number] }[];
  /** Else the page creates the record, and Salesforce fills its blank fields where it has a default. */
  exists: boolean;
  delivery: (typeof deliveries)[number];
  afterRead: Step[];
  refused: Property[];
  afterWrite: Step[];
  afterAdopt: Step[];
}

const property = fc.constantFrom(...properties);
const edit: fc.Arbitrary<Edit> = fc.record({ kind: fc.constant('edit' as const), property, column: fc.constantFrom('hubspot', 'mapped', 'mapped', 'later'), value: maybe });
const refused: fc.Arbitrary<Property[]> = fc.oneof({ weight: 3, arbitrary: fc.constant<Property[]>([]) }, fc.subarray([...properties]));
const liveSync: fc.Arbitrary<LiveSync> = fc.record({ kind: fc.constant('live sync' as const), edits: fc.array(edit, { maxLength: 2 }), refused, answered: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)) });
const settings = fc.oneof(fc.constant({ kind: 'job over' as const }), fc.record({ kind: fc.constant('mapping' as const), property }));
const steps = (...weighted: fc.WeightedArbitrary<Step>[]): fc.Arbitrary<Step[]> => fc.array(fc.oneof(...weighted), { maxLength: 4 });
const anything = steps({ weight: 4, arbitrary: edit }, { weight: 3, arbitrary: liveSync }, { weight: 1, arbitrary: settings });

const field = fc.record({ property, h: maybe, mapped: maybe, later: maybe, rule: fc.constantFrom(...RULES) });

export const sequences: fc.Arbitrary<Sequence> = fc.constantFrom(...deliveries).chain((delivery) => fc.record({
  fields: fc.uniqueArray(field, { selector: (one) => one.property, minLength: 1, maxLength: 4 }),
  exists: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  delivery: fc.constant(delivery),
  // New settings between its read and its writes have a page decide again.
  afterRead: steps({ weight: 4, arbitrary: edit }, { weight: delivery === 'in time' ? 0 : 1, arbitrary: liveSync }),
  refused,
  afterWrite: delivery === 'in time' ? fc.array(edit, { maxLength: 3 }) : anything,
  afterAdopt: anything,
}));
