/**
 * Days and instants. Nothing here reads the zone of the process: a day stays the day wherever Sluice runs
 * [DBT-101, DL-280, NCF-55]. Named zones come from Intl with an explicit `timeZone`, whose tables change with the
 * Node version: deterministic within one process, not across upgrades, so conversions belong in activities.
 */
import type { Conversion, MappedField } from '../schema.ts';
import { problem, quote, type Converted, type From } from './text.ts';

const DAY_MS = 86_400_000;
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d{2}):?(\d{2}))?)?$/i;

/** Epoch ms of an ISO date-time (Z, an offset, or none = UTC), an ISO day (its UTC midnight) or epoch ms as digits; else null. */
export function parseInstant(text: string): number | null {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  const match = ISO.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '', sign, offsetHours = 0, offsetMinutes = 0] = match;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // Date.UTC turns 30 February into March and year 50 into 1950: only what comes back unchanged is a date.
  if (isoDay(midnight) !== `${year}-${month}-${day}`) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const offset = (sign === '-' ? -1 : 1) * (Number(offsetHours) * 60 + Number(offsetMinutes));
  return midnight + Number(hour) * 3_600_000 + (Number(minute) - offset) * 60_000 + Number(second) * 1000
    + Number(fraction.padEnd(3, '0').slice(0, 3));
}

/** `YYYY-MM-DD` of an instant in UTC; null outside the years 0 to 9999. */
function isoDay(instant: number): string | null {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return null;
  const iso = date.toISOString();
  return iso.length === 24 ? iso.slice(0, 10) : null;
}

/** The day that a date value means: `YYYY-MM-DD`, or an instant that is midnight UTC [HS-PROP]; else null. */
export function parseDay(text: string): string | null {
  const instant = parseInstant(text);
  return instant === null || instant % DAY_MS !== 0 ? null : isoDay(instant);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws a RangeError for a zone that is none. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US-u-ca-iso8601-nu-latn', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** Whether `timeZone` is an IANA name that this process knows. */
export function isTimeZone(timeZone: string): boolean {
  try {
    formatOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** What a clock on the wall of that zone shows, as if it were UTC: epoch ms, whole seconds. */
function wallClock(instant: number, timeZone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(timeZone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The day of an instant in a zone, or null outside the years 0 to 9999. */
export function dayIn(instant: number, timeZone: string): string | null {
  return isoDay(instant) === null ? null : isoDay(wallClock(instant, timeZone));
}

/** The first instant of a day in a zone (epoch ms); null where it is no day, or one that the zone skipped (Samoa, 2011-12-30). */
export function startOfDay(day: string, timeZone: string): number | null {
  const midnight = parseInstant(day);
  if (midnight === null) return null;
  // The offsets a day before and a day after bracket any change of clocks at this midnight.
  const guesses = [midnight - DAY_MS, midnight + DAY_MS].map((around) => midnight - (wallClock(around, timeZone) - around));
  const starts = guesses.filter((guess) => dayIn(guess, timeZone) === day);
  return starts.length === 0 ? null : Math.min(...starts);
}

/** The first midnight of a zone after an instant (epoch ms). */
export function nextMidnight(after: number, timeZone: string): number | null {
  const midnight = parseInstant(dayIn(after, timeZone) ?? '');
  if (midnight === null) return null;
  const startAfter = (days: number): number | null => startOfDay(isoDay(midnight + days * DAY_MS) ?? '', timeZone);
  // Where a zone skips a day, its midnight is the one after.
  return startAfter(1) ?? startAfter(2);
}

/** ISO in UTC, to the second: Salesforce keeps whole seconds. */
const isoSecond = (instant: number): string => `${new Date(Math.floor(instant / 1000) * 1000).toISOString().slice(0, 19)}Z`;

/** Converts a non-blank day or instant. `timeZone` is the connection's. */
export function convertTime(field: MappedField, from: From, value: string, conversion: Extract<Conversion, { kind: 'date' | 'day' | 'datetime' }>,
  timeZone: string): Converted {
  const invalid = (what: string): Converted => ({ key: value, problem: problem(field, from, 'INVALID_DATE', `${quote(value)} ${what}`) });
  if (conversion.kind === 'date') {
    const day = parseDay(value);
    return day === null ? invalid('is no day (YYYY-MM-DD, or midnight UTC)') : { key: day, write: day };
  }
  if (conversion.kind === 'datetime' || conversion.instant === from) {
    const instant = parseInstant(value);
    if (instant === null || isoDay(instant) === null) return invalid('is no date and time');
    if (conversion.kind === 'datetime') return { key: isoSecond(instant), write: isoSecond(instant) };
    const day = dayIn(instant, timeZone);
    return day === null ? invalid('is no date and time') : { key: day, write: day };
  }
  const day = parseDay(value);
  if (day === null) return invalid('is no day (YYYY-MM-DD, or midnight UTC)');
  const start = startOfDay(day, timeZone);
  if (start === null) return { ...invalid(`does not exist in ${timeZone}`), key: day };
  return { key: day, write: isoSecond(start) };
}
