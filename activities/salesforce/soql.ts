/** A piece of SOQL that is no value: a name, a list of names, a literal. Made by the functions of {@link soql} only. */
class Fragment {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type SoqlValue = string | number | boolean | null | Date | readonly string[] | Fragment;

interface Soql {
  (strings: TemplateStringsArray, ...values: SoqlValue[]): string;
  /** An object or field name, with relations (`Account.Name`). Throws on anything else. */
  name(name: string): Fragment;
  /** A SELECT list, each name once. */
  fields(names: readonly string[]): Fragment;
  /** A date literal from `YYYY-MM-DD`. */
  date(day: string): Fragment;
  /** A datetime literal from ISO 8601; Salesforce's `+0000` is taken too. */
  datetime(instant: string): Fragment;
  /** A person's own condition, as it is, in parentheses of its own. Throws where it would end them. */
  condition(condition: string): Fragment;
}

const pieces: Omit<Soql, never> = {
  name(name) {
    if (!/^[A-Za-z]\w*(\.[A-Za-z]\w*){0,5}$/.test(name)) throw new Error(`Not a name that SOQL takes: ${JSON.stringify(name)}`);
    return new Fragment(name);
  },
  fields: (names) => new Fragment([...new Set(names)].map((name) => pieces.name(name).text).join(', ')),
  date(day) {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new Error(`Not a day: ${JSON.stringify(day)}`);
    return new Fragment(day);
  },
  datetime: (instant) => new Fragment(datetime(new Date(instant))),
  condition(condition) {
    let depth = 0;
    for (const [token] of condition.matchAll(/'(?:[^'\\]|\\.)*'|['()]/g)) {
      if (token === '(') depth += 1;
      if (token === ')') depth -= 1;
      if (token === "'" || depth < 0) throw new Error('The condition has a quote or a parenthesis without its other half.');
    }
    if (depth !== 0 || condition.trim() === '') throw new Error('The condition is empty, or a parenthesis stays open.');
    return new Fragment(`(${condition})`);
  },
};

const tag = (strings: TemplateStringsArray, ...values: SoqlValue[]): string =>
  strings.reduce((query, text, index) => query + literal(values[index - 1] ?? null) + text);

/**
 * SOQL with its values escaped: text is quoted, a Date becomes a UTC literal to the second, a list of texts becomes
 * `'a','b'` for `IN (${list})` and must not be empty. Names go through `soql.name` and `soql.fields`.
 */
// A function's own `name` can be defined anew, but not assigned.
export const soql = Object.defineProperties(tag, Object.getOwnPropertyDescriptors(pieces)) as unknown as Soql;

function literal(value: SoqlValue): string {
  if (value instanceof Fragment) return value.text;
  if (value === null) return 'null';
  if (value instanceof Date) return datetime(value);
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('Not a number that SOQL takes.');
    return String(value);
  }
  if (typeof value === 'boolean') return String(value);
  if (value.length === 0) throw new Error('SOQL takes no empty list.');
  return value.map(quoted).join(',');
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const quoted = (text: string): string => `'${text.replace(/[\\'\n\r\t]/g, (character) => ESCAPES[character] ?? character)}'`;

function datetime(instant: Date): string {
  if (Number.isNaN(instant.getTime())) throw new Error('Not an instant.');
  return instant.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
