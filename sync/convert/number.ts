/** Numbers as decimal strings, so that no binary fraction shows up in a comparison (behaviour: section 5). */
import type { Conversion, MappedField } from '../schema.ts';
import { problem, quote, type Converted, type From } from './text.ts';

const NUMBER = /^([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i;

/** A decimal: `units` times ten to the minus `scale`. */
interface Decimal {
  units: bigint;
  scale: number;
}

function parse(text: string): Decimal | null {
  const match = NUMBER.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent] = match;
  const magnitude = BigInt(whole + fraction);
  const units = sign === '-' ? -magnitude : magnitude;
  const scale = fraction.length - Number(exponent ?? 0);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

/** Rounds half away from zero, as Salesforce does. */
function round({ units, scale }: Decimal, to: number): Decimal {
  if (scale <= to) return { units, scale };
  const step = 10n ** BigInt(scale - to);
  const half = units < 0n ? -step / 2n : step / 2n;
  return { units: (units + half) / step, scale: to };
}

/** Without superfluous zeros: "1", "-0.5", "0". */
function format({ units, scale }: Decimal): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** What Salesforce is sent: a number where JavaScript holds it exactly, else its digits. */
function forSalesforce(canonical: string): number | string {
  const number = Number(canonical);
  const back = parse(String(number));
  return back !== null && format(back) === canonical ? number : canonical;
}

/** Converts a non-blank number, rounded to the Salesforce field's scale; a fraction into `int` is a problem. */
export function convertNumber(field: MappedField, from: From, value: string, conversion: Extract<Conversion, { kind: 'number' }>): Converted {
  const decimal = parse(value);
  if (decimal === null) return { key: value, problem: problem(field, from, 'INVALID_NUMBER', `${quote(value)} is no number`) };
  const exact = format(decimal);
  const key = conversion.integer ? exact : format(round(decimal, conversion.scale));
  if (from === 'salesforce') return { key, write: key };
  if (conversion.integer) {
    if (exact.includes('.')) return { key, problem: problem(field, from, 'INVALID_NUMBER', `${quote(value)} has a fraction, the field takes whole numbers`) };
    const number = Number(exact);
    if (number > 2_147_483_647 || number < -2_147_483_648) return { key, problem: outside(field, from, value) };
  } else if (conversion.integerDigits !== null && wholeDigits(key) > conversion.integerDigits) {
    return { key, problem: outside(field, from, value) };
  }
  return { key, write: forSalesforce(key) };
}

const outside = (field: MappedField, from: From, value: string): Converted['problem'] =>
  problem(field, from, 'NUMBER_OUTSIDE_VALID_RANGE', `${quote(value)} is out of its range`);

const wholeDigits = (canonical: string): number => canonical.replace(/\..*/, '').replace(/^-?0?/, '').length;
