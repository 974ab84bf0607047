/**
 * The API allocation (behaviour: section 9): how many calls of a CRM Sluice may spend in a window of time, and which lanes of work are
 * shut once a part of it is spent. Times are epoch ms.
 */
import { crmNames } from './records.ts';

/** Who waits for a call: a live edit, work that failed before (polls too), or a page of an import, fill or resync. */
export type Lane = 'live' | 'retry' | 'backfill';

/** In the order in which they are served. */
export const LANES: readonly Lane[] = ['live', 'retry', 'backfill'];

export type LaneCalls = Record<Lane, number>;

/** What a CRM's answers said of the whole account, other integrations included. */
export interface AccountUse {
  used: number;
  limit: number;
  at: number;
}

/** What was spent lately, as plain JSON. */
export interface Spending {
  /** Oldest first; the calls of a slice were made from `from` to `until`, and leave the window together, `windowMs` after that. */
  slices: (LaneCalls & { from: number; until: number })[];
  account: AccountUse | null;
  /** The CRM refused a call for its own daily limit: nothing goes out before. 0: it did not. */
  refusedUntil: number;
  /** Shut at its mark, and until the use is some points lower. */
  shut: Record<Lane, boolean>;
}

export interface Allocation {
  /** Calls per window; null: half of what the account may spend, once that is known [choice]. */
  calls: number | null;
  windowMs: number;
}

/** How a CRM's allocation stands; what a worker goes by until it asks again. */
export interface Budget {
  /** Null where nothing limits the calls yet: the account's own limit is not known. */
  allowed: number | null;
  windowMs: number;
  /** In the window, as the workers reported them. */
  used: LaneCalls;
  account: AccountUse | null;
  /** When a lane opens again, if no more is spent; null: it is open. */
  shut: Record<Lane, Shut | null>;
}

/** `spent`: Sluice's own calls; `account`: the whole account's, by its own limit; `refused`: the CRM has refused a call for that limit. */
export interface Shut {
  why: 'spent' | 'account' | 'refused';
  until: number;
}

/** One worker's calls since its last report, and what it heard from the CRM meanwhile. */
export interface Spent {
  calls: LaneCalls;
  account: AccountUse | null;
  refusedUntil: number;
}

/** Parts of the allocation at which a lane is shut. Native withholds retries from 75 % on [KB-RETRY]. */
export const MARKS: Record<Lane, number> = { live: 1, retry: 0.9, backfill: 0.75 };
/** A lane opens this much below its mark, lest it opens for a single call. */
const OPENS_LOWER = 0.05;
/** Others use the account too: beyond this part of its own limit only live work goes on. */
const ACCOUNT_MARK = 0.9;
/** What a CRM said of the account is believed for so long; then a call has to ask again. */
export const looksAgainMs = 600_000;
const slicesPerWindow = 144;
const shortestSliceMs = 1_000;

export const noCalls = (): LaneCalls => ({ live: 0, retry: 0, backfill: 0 });
export const newSpending = (): Spending => ({ slices: [], account: null, refusedUntil: 0, shut: { live: false, retry: false, backfill: false } });
export const plus = (a: LaneCalls, b: LaneCalls): LaneCalls => ({ live: a.live + b.live, retry: a.retry + b.retry, backfill: a.backfill + b.backfill });
export const totalOf = ({ live, retry, backfill }: LaneCalls): number => live + retry + backfill;

/** The spending with a worker's report added. */
export function withSpent(spending: Spending, { calls, account, refusedUntil }: Spent, allocation: Allocation, now: number): Spending {
  const slices = inWindow(spending, allocation, now);
  const last = slices.at(-1);
  if (totalOf(calls) > 0) {
    const goesOn = last !== undefined && now < last.from + Math.max(shortestSliceMs, allocation.windowMs / slicesPerWindow);
    if (goesOn) slices.pop();
    slices.push({ ...(goesOn ? plus(last, calls) : calls), from: goesOn ? last.from : now, until: now });
  }
  const latest = account !== null && account.at >= (spending.account?.at ?? 0) ? account : spending.account;
  return assessed({ ...spending, slices, account: latest, refusedUntil: Math.max(spending.refusedUntil, refusedUntil) }, allocation, now);
}

/** The spending with its lanes shut and opened anew: after a report, or a change of the allocation. */
export function assessed(spending: Spending, allocation: Allocation, now: number): Spending {
  const slices = inWindow(spending, allocation, now);
  const allowed = allowedOf(spending, allocation);
  const used = slices.reduce((sum, slice) => sum + totalOf(slice), 0);
  const isShut = (lane: Lane) => allowed !== null && used >= allowed * (MARKS[lane] - (spending.shut[lane] ? OPENS_LOWER : 0));
  return { ...spending, slices, shut: { live: isShut('live'), retry: isShut('retry'), backfill: isShut('backfill') } };
}

/** How the allocation stands at `now`. */
export function budgetOf(spending: Spending, allocation: Allocation, now: number): Budget {
  const { account } = spending;
  const shut = (lane: Lane): Shut | null => {
    const reasons: Shut[] = [
      { why: 'refused', until: spending.refusedUntil },
      { why: 'spent', until: spending.shut[lane] ? opensAt(spending, allocation, lane, now) : 0 },
      { why: 'account', until: lane !== 'live' && account !== null && account.used >= account.limit * ACCOUNT_MARK ? account.at + looksAgainMs : 0 },
    ];
    return reasons.filter(({ until }) => until > now).reduce<Shut | null>((last, one) => (last === null || one.until > last.until ? one : last), null);
  };
  return {
    allowed: allowedOf(spending, allocation), windowMs: allocation.windowMs, used: inWindow(spending, allocation, now).reduce<LaneCalls>(plus, noCalls()), account,
    shut: { live: shut('live'), retry: shut('retry'), backfill: shut('backfill') },
  };
}

const WORK: Record<Lane, string> = { live: 'Live edits wait', retry: 'Retries and polls wait', backfill: 'Imports, fills and resyncs wait' };

/** Why a lane waits, and until when, as a sentence. */
export function shutWords(crm: keyof typeof crmNames, lane: Lane, { why, until }: Shut, { allowed, windowMs, used, account }: Pick<Budget, 'allowed' | 'windowMs' | 'used' | 'account'>): string {
  const reasons: Record<Shut['why'], string> = {
    spent: `${totalOf(used)} of the ${allowed ?? 0} ${crmNames[crm]} calls allowed in ${durationOf(windowMs)} are used, and they stop at ${Math.round(MARKS[lane] * 100)} %`,
    account: `the ${crmNames[crm]} account has used ${account?.used ?? 0} of its own ${account?.limit ?? 0} calls, and other integrations need the rest`,
    refused: `${crmNames[crm]} refuses all calls, since its own limit is used up`,
  };
  return `${WORK[lane]}: ${reasons[why]}. They go on at ${new Date(until).toISOString()}.`;
}

/** `24 h`, `90 s`. */
export function durationOf(ms: number): string {
  return ms >= 3_600_000 ? `${Math.round(ms / 360_000) / 10} h` : `${Math.round(ms / 1000)} s`;
}

/** When so much has left the window that a lane opens. */
function opensAt(spending: Spending, allocation: Allocation, lane: Lane, now: number): number {
  const most = (allowedOf(spending, allocation) ?? Infinity) * (MARKS[lane] - OPENS_LOWER);
  const slices = inWindow(spending, allocation, now);
  let used = slices.reduce((sum, slice) => sum + totalOf(slice), 0);
  for (const slice of slices) {
    if (used < most) break;
    used -= totalOf(slice);
    if (used < most) return slice.until + allocation.windowMs;
  }
  return now;
}

function allowedOf({ account }: Spending, { calls }: Allocation): number | null {
  return calls ?? (account === null ? null : Math.floor(account.limit / 2));
}

const inWindow = ({ slices }: Spending, { windowMs }: Allocation, now: number): Spending['slices'] => slices.filter(({ until }) => until + windowMs > now);

