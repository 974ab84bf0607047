/** JSON as nobody should send it, at random: of no shape at all, or nearly of the right one. */
import * as fc from 'fast-check';

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const repeated = (text: string, times: number): string => text.repeat(times);
const nested = (depth: number, kind: 'array' | 'object'): Json => JSON.parse(kind === 'array' ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) as Json;
/** As they come from JSON.parse: names of their own, not prototypes. */
const polluting = ['{"__proto__": {"paused": true}}', '{"constructor": {"prototype": {"paused": true}}}', '{"__proto__": null, "toString": 1}', '{"hasOwnProperty": 1, "valueOf": null}', '["__proto__"]', '{"toJSON": "x"}'].map((text) => JSON.parse(text) as Json);

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', ' ', '\0', 'a\0b', '\ud800', 'a\udfffb', '\u2028', '\u202eabc', '__proto__', 'null', '{}', '../../etc', "' OR 1=1 --", '<script>', '%00', '2026-13-45T99:99:99Z', '9'.repeat(40)),
  fc.integer({ min: 100, max: 20_000 }).map((times) => repeated('x😀', times)),
);
const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(-1, -0, 0.5, 2 ** 53, -(2 ** 53), 1e308, 5e-324));

/** Anything that JSON can say. */
export const anyJson: fc.Arbitrary<Json> = fc.oneof(
  texts, numbers, fc.boolean(), fc.constant(null), fc.constantFrom(...polluting),
  fc.integer({ min: 10, max: 1_000 }).chain((depth) => fc.constantFrom(nested(depth, 'array'), nested(depth, 'object'))),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
);
const names = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', 'nonsense', 'segmentId', 'carried', '', 'a\nb', '\ud800'), fc.string({ maxLength: 8 }), fc.integer({ min: 100, max: 2_000 }).map((times) => repeated('n', times)));

/** What kind of input it is: as it should be, nearly so, or anything. */
export type Kind = 'valid' | 'a value replaced' | 'a field left out' | 'a field too many' | 'anything' | 'no JSON' | 'two arguments' | 'nothing' | 'null';
export interface Hostile {
  kind: Kind;
  args: Json[];
}

/** Inputs for something that takes `valid`; those of the kind `no JSON` have no args, since bytes stand for them. */
export function hostile(valid: fc.Arbitrary<Json>): fc.Arbitrary<Hostile> {
  const one = (kind: Kind, arbitrary: fc.Arbitrary<Json>) => arbitrary.map((value): Hostile => ({ kind, args: [value] }));
  const somewhere = fc.nat({ max: 10_000 });
  return fc.oneof(
    { weight: 3, arbitrary: one('valid', valid) },
    { weight: 8, arbitrary: one('a value replaced', fc.tuple(valid, somewhere, anyJson).map(([value, at, by]) => changedAt(value, at, () => by))) },
    { weight: 3, arbitrary: one('a field left out', fc.tuple(valid, somewhere).map(([value, at]) => changedAt(value, at, () => undefined))) },
    { weight: 4, arbitrary: one('a field too many', fc.tuple(valid, names, anyJson).map(([value, name, more]) => withField(value, name, more))) },
    { weight: 4, arbitrary: one('anything', anyJson) },
    { weight: 1, arbitrary: fc.tuple(valid, anyJson).map(([value, more]): Hostile => ({ kind: 'two arguments', args: [value, more] })) },
    { weight: 1, arbitrary: fc.constantFrom<Hostile>({ kind: 'nothing', args: [] }, { kind: 'null', args: [null] }, { kind: 'no JSON', args: [] }) },
  );
}

/** The same value with one of its fields, or of the fields in it, changed or (undefined) left out. */
function changedAt(value: Json, at: number, change: () => Json | undefined): Json {
  const copy = structuredClone(value);
  const places: { in: { [name: string]: Json }; name: string }[] = [];
  const collect = (container: Json): void => {
    if (typeof container !== 'object' || container === null) return;
    for (const name of Object.keys(container)) {
      const within = container as { [name: string]: Json };
      places.push({ in: within, name });
      collect(within[name] ?? null);
    }
  };
  collect(copy);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return change() ?? copy;
  const now = change();
  if (now === undefined) delete place.in[place.name];
  else place.in[place.name] = now;
  return JSON.parse(JSON.stringify(copy)) as Json;
}

function withField(value: Json, name: string, more: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [value];
  // Assigned, `__proto__` would be the prototype and no field.
  return JSON.parse(`${JSON.stringify(value).slice(0, -1)}${Object.keys(value).length === 0 ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(more)}}`) as Json;
}
