import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { parseInput } from '../../workflows/input.ts';
import { unreadable } from '../../workflows/payload-converter.ts';
import { hostile, type Hostile } from '../support/hostile-json.ts';
import { messages } from './messages-at-random.ts';

const cases = Number(process.env['SLUICE_TEST_HOSTILE'] ?? 250);
const counts = new Map<string, { taken: number; refused: number }>();

function count(kind: string, taken: boolean): void {
  const of = counts.get(kind) ?? { taken: 0, refused: 0 };
  of[taken ? 'taken' : 'refused'] += 1;
  counts.set(kind, of);
}

/** One line, of a bounded length, that begins with the field or says what is wrong with the whole. */
function assertSentence(fault: string, { kind, args }: Hostile): void {
  const about = `${kind} ${JSON.stringify(args).slice(0, 300)} -> ${fault}`;
  assert.match(fault, /^(Expected one JSON object|Invalid input: expected|Unrecognized key|[^:]+: \S)/u, about);
  assert.match(fault, /\.$/, about);
  assert.doesNotMatch(fault, /[\p{Cc}\u2028\u202e]/u, about);
  assert.ok(fault.isWellFormed() && fault.length < 320, about);
}

describe('JSON at random', () => {
  for (const [name, { schema, valid }] of Object.entries(messages)) {
    test(`to ${name} is taken as it is meant, or refused in one sentence`, () => {
      fc.assert(fc.property(hostile(valid), (given) => {
        const args = given.kind === 'no JSON' ? [unreadable] : given.args;
        const before = JSON.stringify(args);
        const parsed = parseInput(schema, args);
        assert.equal(JSON.stringify(args), before);
        assert.equal(({} as Record<string, unknown>)['paused'], undefined);
        count(given.kind, parsed.ok);
        if (given.kind === 'valid') assert.ok(parsed.ok, parsed.ok ? '' : `${parsed.fault} ${before}`);
        if (given.kind === 'two arguments' || given.kind === 'no JSON') assert.ok(!parsed.ok);
        if (!parsed.ok) return assertSentence(parsed.fault, given);
        // What is taken goes on as JSON, and the next run must take it as well.
        const again = parseInput(schema, [JSON.parse(JSON.stringify(parsed.value))]);
        assert.deepEqual(again, { ok: true, value: JSON.parse(JSON.stringify(parsed.value)) });
        for (const key of Object.keys(parsed.value as object)) assert.ok(key !== '__proto__' && key !== 'nonsense');
      }), { numRuns: cases, seed: 20_260_105 });
    });
  }

  after(() => {
    const all = [...counts.values()].reduce((sum, { taken, refused }) => sum + taken + refused, 0);
    console.log(`${all} inputs: ${[...counts].map(([kind, { taken, refused }]) => `${kind} ${taken} taken, ${refused} refused`).join('; ')}`);
  });
});
