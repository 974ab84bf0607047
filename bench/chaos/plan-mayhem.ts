import type { Side } from '../soak/fields.ts';
import { Random } from '../soak/random.ts';

/** A rule as the sandboxes take it, and by which name it is counted. */
export interface Fault {
  name: string;
  rule: Record<string, unknown>;
}

/** What breaks, when, ms after the first deed. */
export type Mayhem = { at: number } & (
  | { kind: 'faults'; crm: Side; faults: Fault[]; forMs: number }
  | { kind: 'kill'; what: 'worker' | 'Temporal' | 'both'; downMs: number }
);

const killEveryMs = 25_000;
/** A session that is refused sooner than after a minute is no expired one to the product, but a wrong one. */
export const tokenLifeMs = 75_000;
/** The client gives up on an answer after 30 s. */
const withheldMs = 45_000;

/** Windows in which calls to a CRM fail, with quiet in between, and what is killed when. */
export function planMayhem(seed: number, length: number): Mayhem[] {
  const random = new Random(seed + 9_000_001);
  return [...faults(random, 'hubspot', length), ...faults(random, 'salesforce', length), ...kills(random, length)].sort((a, b) => a.at - b.at);
}

function faults(random: Random, crm: Side, length: number): Mayhem[] {
  const windows: Mayhem[] = [];
  for (let at = random.between(500, 3_000); at < length - 2_000;) {
    const forMs = Math.min(random.between(5_000, 18_000), length - at);
    windows.push({ at, kind: 'faults', crm, faults: Array.from({ length: random.between(2, 4) }, () => fault(random, crm)), forMs });
    at += forMs + random.between(2_000, 8_000);
  }
  return windows;
}

/**
 * Every third kill is of the server; one of three of those takes the worker along. In a run of some length the first worker outlives its
 * tokens: a new one would begin with new ones.
 */
function kills(random: Random, length: number): Mayhem[] {
  const count = Math.max(2, Math.round(length / killEveryMs));
  const spared = length > 2 * tokenLifeMs ? tokenLifeMs : 0;
  return Array.from({ length: count }, (_, i): Mayhem => {
    const at = Math.round(((i + random.next() * 0.8) / count) * length * 0.95);
    const server = random.chance(0.33) ? 'both' : 'Temporal';
    return { at, kind: 'kill', what: at < spared ? 'Temporal' : i % 3 === 1 ? server : 'worker', downMs: random.int(4_000) };
  });
}

const statuses = [500, 502, 503, 504] as const;

function fault(random: Random, crm: Side): Fault {
  const kind = random.weighted({ status: 30, limit: 14, reset: 12, cut: 12, truncate: 12, slow: 8, withheld: 6, lock: crm === 'salesforce' ? 16 : 0 });
  const rate = 0.04 + random.next() * 0.2;
  const dice = { rate, random: random.int(1_000_000) };
  const when = random.pick(['before', 'after'] as const);
  switch (kind) {
    case 'status': {
      const status = random.pick(statuses);
      return { name: String(status), rule: { ...dice, status, when } };
    }
    case 'limit': return { name: crm === 'hubspot' ? '429' : '403 for too many at once', rule: { ...dice, ...limitOf(crm) } };
    case 'reset': return { name: 'reset', rule: { ...dice, reset: true, when } };
    case 'cut': return { name: 'cut in mid-body', rule: { ...dice, cut: true } };
    case 'truncate': return { name: 'truncated JSON', rule: { ...dice, truncate: true } };
    case 'slow': return { name: 'slow', rule: { ...dice, delayMs: random.between(200, 2_000) } };
    // What was asked for has happened: withheld before, it would happen long after its sender has given up.
    case 'withheld': return { name: 'timeout', rule: { ...dice, delayMs: withheldMs, when: 'after', times: 2 } };
    // Rows that hold a digit somewhere, and so a part of a batch.
    case 'lock': return { name: 'UNABLE_TO_LOCK_ROW', rule: { ...dice, rate: rate * 2, row: { match: String(random.int(10)), code: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access to this record' } } };
  }
}

function limitOf(crm: Side): Record<string, unknown> {
  if (crm === 'hubspot') return { status: 429 };
  return { status: 403, body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.' }] };
}
