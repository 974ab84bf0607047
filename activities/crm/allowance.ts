import { looksAgainMs, MARKS, noCalls, plus, shutWords, totalOf, type Budget, type Lane, type LaneCalls, type Shut, type Spent } from '../../sync/allocation.ts';
import { systemClock } from './clock.ts';
import type { Clock } from './clock.ts';
import { CrmFailure } from './failure.ts';
import type { CrmSystem } from './failure.ts';
import { verdictOf } from './verdict.ts';

/**
 * One CRM's API allocation as one worker sees it: what the connection last said of all workers together, and this worker's own calls
 * since its last report. Asked when a piece of work begins, so that what has begun ends; only where the CRM itself refuses, all stops.
 */
export interface Allowance {
  /** A call goes out. */
  sent(lane: Lane): void;
  /** What an answer said of the account's calls. */
  heard(account: { used: number; limit: number }): void;
  /** The connection, who knows of all workers, is asked now: takes its answer. */
  asking(): (answer: Budget) => void;
  /** @throws AllowanceSpent where work of this lane must not begin now. */
  admit(lane: Lane): void;
  /**
   * Sends, unless the CRM refuses every call; after a refusal for its own limit of a day one call in 10 minutes looks for all.
   * `renewedAt`: when that limit is renewed after an instant, where it is known.
   * @throws AllowanceSpent where nothing was sent.
   */
  run<T>(lane: Lane, send: () => Promise<T>, renewedAt?: (after: number) => number | null): Promise<T>;
  /** What the connection does not know yet, and whether it should at once; null where there is nothing to tell. */
  toReport(): Report | null;
}

export interface Report {
  spent: Spent;
  urgent: boolean;
  /** To be called once the connection knows. */
  done(): void;
}

/** Calls that may go unreported: so many, or a part of the room that is left where that is less. */
const mostUnreported = 50;
const partOfRoom = 8;
/** After a mark was passed by calls that the connection has not heard of. */
const soonMs = 2_000;
/** As long as the one call that looks for all is under way. */
const lookTakesMs = 30_000;

/** Work has to wait for the API's allocation. Nothing was sent, and nothing is wrong. */
export class AllowanceSpent extends CrmFailure {
  constructor(system: CrmSystem, sentence: string, waitMs: number) {
    super({ system, operation: 'begin', code: 'ALLOWANCE_SPENT', retryAfterMs: Math.min(looksAgainMs, Math.max(1_000, waitMs)) });
    this.name = 'AllowanceSpent';
    this.message = sentence;
  }
}

/** The allowance of one CRM in one worker; nothing is limited before the connection has said what is. */
export function createAllowance(system: CrmSystem, clock: Clock = systemClock): Allowance {
  let budget: Budget = { allowed: null, windowMs: 0, used: noCalls(), account: null, shut: { live: null, retry: null, backfill: null } };
  let unreported = noCalls();
  let account: Spent['account'] = null;
  let refusedUntil = 0;
  let refusalReported = true;
  let refusals = 0;
  let looking = false;

  const used = (): LaneCalls => plus(budget.used, unreported);
  const stop = (lane: Lane, shut: Shut, now: number): never => {
    throw new AllowanceSpent(system, shutWords(system, lane, shut, { ...budget, used: used(), account: account ?? budget.account }), shut.until - now);
  };
  const demandOpen = (lane: Lane): void => {
    const now = clock.now();
    if (now < refusedUntil) stop(lane, { why: 'refused', until: refusedUntil }, now);
  };
  /** Calls left until the next mark. */
  const room = (): number => {
    const { allowed } = budget;
    if (allowed === null) return Infinity;
    const left = Object.values(MARKS).map((mark) => mark * allowed - totalOf(used())).filter((calls) => calls > 0);
    return left.length === 0 ? 0 : Math.min(...left);
  };

  return {
    sent: (lane) => { unreported[lane] += 1; },
    heard: (said) => { account = { ...said, at: clock.now() }; },
    asking: () => {
      const known = refusalReported;
      const of = refusals;
      return (answer) => {
        budget = answer;
        // Asked once it knew of a refusal, it says for how long: a person may have had it end.
        if (known && of === refusals && !looking) refusedUntil = answer.shut.live?.why === 'refused' ? answer.shut.live.until : 0;
      };
    },
    run: async (lane, send, renewedAt = () => null) => {
      demandOpen(lane);
      looking = refusedUntil !== 0;
      if (looking) refusedUntil = clock.now() + lookTakesMs;
      try {
        const answer = await send();
        refusedUntil = 0;
        return answer;
      } catch (error) {
        if (!(error instanceof CrmFailure) || verdictOf(error).retry !== 'allowance') throw error;
        const now = clock.now();
        refusedUntil = Math.min(now + looksAgainMs, renewedAt(now) ?? Infinity);
        refusalReported = false;
        refusals += 1;
        throw error.waiting(refusedUntil - now);
      } finally {
        looking = false;
      }
    },
    admit: (lane) => {
      demandOpen(lane);
      const now = clock.now();
      const shut = budget.shut[lane];
      if (shut !== null && now < shut.until) stop(lane, shut, now);
      // Once it was to open, what is said to be used is of an earlier time: a query does not move a workflow's clock.
      if (shut === null && budget.allowed !== null && totalOf(used()) >= budget.allowed * MARKS[lane]) stop(lane, { why: 'spent', until: now + soonMs }, now);
    },
    toReport: () => {
      const calls = { ...unreported };
      const told = account;
      const refusal = refusalReported ? 0 : refusedUntil;
      if (totalOf(calls) === 0 && refusalReported) return null;
      return {
        spent: { calls, account: told, refusedUntil: refusal },
        urgent: !refusalReported || totalOf(calls) >= Math.min(mostUnreported, Math.ceil(room() / partOfRoom)),
        done: () => {
          unreported = plus(unreported, { live: -calls.live, retry: -calls.retry, backfill: -calls.backfill });
          if (account === told) account = null; // told once: a person may have it forgotten
          refusalReported ||= refusal === refusedUntil; // not one that came meanwhile
        },
      };
    },
  };
}
