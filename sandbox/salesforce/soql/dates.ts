/** A stretch of time that a date literal stands for, in ms, the end excluded. */
export type Span = { start: number; end: number };

const day = (year: number, month: number, date: number): number => Date.UTC(year, month, date);

type Unit = 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

/** The start of the unit that `now` lies in, moved by n units, in UTC (the running user's zone in the sandbox); weeks begin on Sunday. */
function startOf(unit: Unit, now: number, n: number): number {
  const date = new Date(now);
  const [year, month, today] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === 'DAY') return day(year, month, today + n);
  if (unit === 'WEEK') return day(year, month, today - date.getUTCDay() + 7 * n);
  if (unit === 'MONTH') return day(year, month + n, 1);
  if (unit === 'QUARTER') return day(year, Math.floor(month / 3) * 3 + 3 * n, 1);
  return day(year + n, 0, 1);
}

const span = (unit: Unit, now: number, from: number, to: number): Span => ({ start: startOf(unit, now, from), end: startOf(unit, now, to + 1) });

const UNITS: Record<string, Unit> = {
  DAY: 'DAY', WEEK: 'WEEK', MONTH: 'MONTH', QUARTER: 'QUARTER', YEAR: 'YEAR', FISCAL_QUARTER: 'QUARTER', FISCAL_YEAR: 'YEAR',
};

/** The span of `TODAY`, `LAST_WEEK`, `LAST_N_DAYS:3`, `N_MONTHS_AGO:2` and so on; the fiscal year is the calendar's. Undefined for another word. */
export function dateLiteral(text: string, now: number): Span | undefined {
  const word = text.toUpperCase();
  if (word === 'TODAY') return span('DAY', now, 0, 0);
  if (word === 'YESTERDAY') return span('DAY', now, -1, -1);
  if (word === 'TOMORROW') return span('DAY', now, 1, 1);
  if (word === 'LAST_90_DAYS') return span('DAY', now, -90, 0);
  if (word === 'NEXT_90_DAYS') return span('DAY', now, 1, 90);
  const single = /^(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)$/.exec(word);
  if (single) {
    const n = single[1] === 'LAST' ? -1 : single[1] === 'NEXT' ? 1 : 0;
    return span(UNITS[single[2] ?? ''] ?? 'DAY', now, n, n);
  }
  const several = /^(?:(LAST|NEXT)_N_([A-Z_]+)S|N_([A-Z_]+)S_AGO):(\d+)$/.exec(word);
  const unit = UNITS[several?.[2] ?? several?.[3] ?? ''];
  if (!several || !unit) return undefined;
  const n = Number(several[4]);
  if (several[3] !== undefined) return span(unit, now, -n, -n);
  if (several[1] === 'NEXT') return span(unit, now, 1, n);
  // The last n days reach to the end of today; longer units end before the current one.
  return unit === 'DAY' ? span('DAY', now, -n, 0) : span(unit, now, -n, -1);
}

/** The day of an instant, as a date field stores it. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
