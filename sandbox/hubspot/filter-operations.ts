import { z } from 'zod';
import { validationError } from './errors.ts';
import type { Property, PropertyType } from './property.ts';
import { parseTime } from './times.ts';

type Test = (value: string) => boolean;

const noValue = { includeObjectsWithNoValueSet: z.boolean().default(false) };
const timePoint = z.object({
  timeType: z.literal('DATE'),
  zoneId: z.string().default('UTC'),
  year: z.int(), month: z.int().min(1).max(12), day: z.int().min(1).max(31),
  hour: z.int().default(0), minute: z.int().default(0), second: z.int().default(0), millisecond: z.int().default(0),
});

const TEXT = z.enum(['IS_EQUAL_TO', 'IS_NOT_EQUAL_TO', 'CONTAINS', 'DOES_NOT_CONTAIN', 'STARTS_WITH', 'ENDS_WITH']);
const COMPARE = z.enum(['IS_EQUAL_TO', 'IS_NOT_EQUAL_TO', 'IS_GREATER_THAN', 'IS_GREATER_THAN_OR_EQUAL_TO', 'IS_LESS_THAN', 'IS_LESS_THAN_OR_EQUAL_TO']);
const RANGE = z.enum(['IS_BETWEEN', 'IS_NOT_BETWEEN']);
const bound = z.number();

const operation = z.discriminatedUnion('operationType', [
  z.object({ operationType: z.literal('ALL_PROPERTY'), operator: z.enum(['IS_KNOWN', 'IS_UNKNOWN', 'IS_NOT_KNOWN']) }),
  z.object({ operationType: z.literal('STRING'), operator: TEXT, value: z.string(), ...noValue }),
  z.object({ operationType: z.literal('MULTISTRING'), operator: TEXT, values: z.array(z.string()).min(1), ...noValue }),
  z.object({ operationType: z.literal('NUMBER'), operator: COMPARE, value: z.number(), ...noValue }),
  z.object({ operationType: z.enum(['NUMBER_RANGED', 'RANGED_DATE']), operator: RANGE, lowerBound: bound, upperBound: bound, ...noValue }),
  z.object({ operationType: z.literal('BOOL'), operator: z.enum(['IS_EQUAL_TO', 'IS_NOT_EQUAL_TO']), value: z.boolean(), ...noValue }),
  z.object({ operationType: z.literal('ENUMERATION'), operator: z.enum(['IS_ANY_OF', 'IS_NONE_OF', 'IS_EXACTLY', 'IS_NOT_EXACTLY', 'CONTAINS_ALL', 'DOES_NOT_CONTAIN_ALL']), values: z.array(z.string()).min(1), ...noValue }),
  z.object({ operationType: z.literal('DATETIME'), operator: z.enum(['IS_EQUAL_TO', 'IS_BEFORE', 'IS_AFTER', 'IS_BEFORE_DATE', 'IS_AFTER_DATE']), timestamp: z.number(), ...noValue }),
  z.object({ operationType: z.literal('DATE'), operator: z.enum(['IS_EQUAL_TO', 'IS_BEFORE', 'IS_AFTER', 'IS_BEFORE_DATE', 'IS_AFTER_DATE']), year: z.int(), month: z.union([z.string(), z.int()]), day: z.int(), ...noValue }),
  z.object({ operationType: z.literal('TIME_POINT'), operator: z.enum(['IS_BEFORE', 'IS_AFTER']), timePoint, ...noValue }),
  z.object({ operationType: z.literal('TIME_RANGED'), operator: RANGE, lowerBoundTimePoint: timePoint, upperBoundTimePoint: timePoint, ...noValue }),
]);

const MONTHS = ['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE', 'JULY', 'AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'];
const TEXTUAL: readonly PropertyType[] = ['string'];
const TEMPORAL: readonly PropertyType[] = ['date', 'datetime'];
const APPLIES: Record<string, readonly PropertyType[]> = {
  STRING: TEXTUAL, MULTISTRING: TEXTUAL, NUMBER: ['number'], NUMBER_RANGED: ['number'], BOOL: ['bool'], ENUMERATION: ['enumeration', 'bool'],
  DATE: TEMPORAL, DATETIME: TEMPORAL, RANGED_DATE: TEMPORAL, TIME_POINT: TEMPORAL, TIME_RANGED: TEMPORAL,
};

/** A test of one stored value (blank is ""). Text compares without case. 400 where the operation does not exist or does not fit the property's type. */
export function compileOperation(property: Property, input: unknown): Test {
  const parsed = operation.safeParse(input);
  if (!parsed.success) throw validationError(`Invalid operation for property ${property.name}: ${z.prettifyError(parsed.error)}`);
  const op = parsed.data;
  if (op.operationType === 'ALL_PROPERTY') return op.operator === 'IS_KNOWN' ? (value) => value !== '' : (value) => value === '';
  if (!APPLIES[op.operationType]?.includes(property.type)) {
    throw validationError(`Operation type ${op.operationType} cannot be used with property ${property.name} of type ${property.type}`);
  }
  const test = withValue(op);
  return (value) => (value === '' ? op.includeObjectsWithNoValueSet : test(value));
}

function withValue(op: Exclude<z.output<typeof operation>, { operationType: 'ALL_PROPERTY' }>): Test {
  switch (op.operationType) {
    case 'STRING':
      return text(op.operator, [op.value]);
    case 'MULTISTRING':
      return text(op.operator, op.values);
    case 'NUMBER':
      return (value) => compare(op.operator, Number(value), op.value);
    case 'NUMBER_RANGED':
      return between(op.operator, Number, op.lowerBound, op.upperBound);
    case 'RANGED_DATE':
      return between(op.operator, timeOf, op.lowerBound, op.upperBound);
    case 'BOOL':
      return (value) => (value === String(op.value)) === (op.operator === 'IS_EQUAL_TO');
    case 'ENUMERATION':
      return choice(op.operator, op.values);
    case 'DATETIME':
      return at(op.operator, op.timestamp);
    case 'DATE': {
      const month = typeof op.month === 'number' ? op.month - 1 : MONTHS.indexOf(op.month.toUpperCase());
      return at(op.operator, Date.UTC(op.year, month, op.day));
    }
    case 'TIME_POINT':
      return at(op.operator, pointOf(op.timePoint));
    case 'TIME_RANGED':
      return between(op.operator, timeOf, pointOf(op.lowerBoundTimePoint), pointOf(op.upperBoundTimePoint));
    default:
      throw new Error(`Unknown operation ${String(op satisfies never)}`);
  }
}

function text(operator: z.output<typeof TEXT>, given: string[]): Test {
  const wanted = given.map((value) => value.toLowerCase());
  const any = (test: (value: string, one: string) => boolean): Test => (value) => wanted.some((one) => test(value.toLowerCase(), one));
  switch (operator) {
    case 'IS_EQUAL_TO':
      return any((value, one) => value === one);
    case 'CONTAINS':
      return any((value, one) => value.includes(one));
    case 'STARTS_WITH':
      return any((value, one) => value.startsWith(one));
    case 'ENDS_WITH':
      return any((value, one) => value.endsWith(one));
    case 'IS_NOT_EQUAL_TO':
      return (value) => !wanted.includes(value.toLowerCase());
    case 'DOES_NOT_CONTAIN':
      return (value) => !wanted.some((one) => value.toLowerCase().includes(one));
    default:
      throw new Error(`Unknown operator ${String(operator satisfies never)}`);
  }
}

function choice(operator: string, wanted: string[]): Test {
  return (value) => {
    const held = value.split(';');
    const all = wanted.every((one) => held.includes(one));
    if (operator === 'IS_ANY_OF') return wanted.some((one) => held.includes(one));
    if (operator === 'IS_NONE_OF') return !wanted.some((one) => held.includes(one));
    if (operator === 'IS_EXACTLY') return all && held.length === wanted.length;
    if (operator === 'IS_NOT_EXACTLY') return !(all && held.length === wanted.length);
    return operator === 'CONTAINS_ALL' ? all : !all;
  };
}

function compare(operator: z.output<typeof COMPARE>, value: number, wanted: number): boolean {
  if (operator === 'IS_EQUAL_TO') return value === wanted;
  if (operator === 'IS_NOT_EQUAL_TO') return value !== wanted;
  if (operator === 'IS_GREATER_THAN') return value > wanted;
  if (operator === 'IS_GREATER_THAN_OR_EQUAL_TO') return value >= wanted;
  return operator === 'IS_LESS_THAN' ? value < wanted : value <= wanted;
}

function between(operator: z.output<typeof RANGE>, read: (value: string) => number, low: number, high: number): Test {
  return (value) => (read(value) >= low && read(value) <= high) === (operator === 'IS_BETWEEN');
}

function at(operator: string, wanted: number): Test {
  if (operator === 'IS_EQUAL_TO') return (value) => timeOf(value) === wanted;
  return operator.startsWith('IS_BEFORE') ? (value) => timeOf(value) < wanted : (value) => timeOf(value) > wanted;
}

function timeOf(value: string): number {
  return parseTime(value) ?? Number.NaN;
}

/** The zone is not applied: the sandbox's days are UTC days. */
function pointOf(point: z.output<typeof timePoint>): number {
  return Date.UTC(point.year, point.month - 1, point.day, point.hour, point.minute, point.second, point.millisecond);
}
