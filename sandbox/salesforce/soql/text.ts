import { refusal, type SalesforceError } from '../errors.ts';

/** Where each word of a query stands, quoted strings left out: for error messages, as the parser does not tell. */
function words(query: string): { text: string; at: number }[] {
  return [...query.matchAll(/'(?:\\.|[^'\\])*'|[\w.]+|[^\s\w]/g)].filter((match) => !match[0].startsWith("'")).map((match) => ({ text: match[0], at: match.index }));
}

/** The offset of the n-th word equal to one of `names` (a path also by its last part), or 0. */
export function locate(query: string, names: string[], n = 0): number {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const hits = words(query).filter(({ text }) => wanted.has(text.toLowerCase()));
  return hits[n]?.at ?? 0;
}

/** How many negations the text has; NOT IN is an operator. */
export function countNots(query: string): number {
  const all = words(query).map(({ text }) => text.toUpperCase());
  return all.filter((word, at) => word === 'NOT' && all[at + 1] !== 'IN').length;
}

/** An error that points into the query as Salesforce does: a piece of it, a caret below, row and column from 1. */
export function queryError(code: string, query: string, offset: number, message: string): SalesforceError {
  const from = Math.max(0, offset - 40);
  const piece = query.slice(from, offset + 40).replaceAll(/\s/g, ' ');
  const before = query.slice(0, offset).split('\n');
  const position = `ERROR at Row:${before.length}:Column:${(before.at(-1)?.length ?? 0) + 1}`;
  return refusal(code, `\n${piece}\n${' '.repeat(offset - from)}^\n${position}\n${message}`);
}

export function noSuchColumn(query: string, path: string, name: string, entity: string): SalesforceError {
  const advice = "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.";
  return queryError('INVALID_FIELD', query, locate(query, [path]), `No such column '${name}' on entity '${entity}'. ${advice}`);
}

/** MALFORMED_QUERY for what the parser threw, as near to its place as its message allows. */
export function syntaxError(query: string, error: unknown): SalesforceError {
  const message = error instanceof Error ? error.message : String(error);
  const offset = /at offset: (\d+)/.exec(message)?.[1];
  if (offset !== undefined) return queryError('MALFORMED_QUERY', query, Number(offset), `unexpected token: '${query[Number(offset)] ?? ''}'`);
  const found = /but found(?: -->|:) ?'?([^'\n]*?)'?(?: <--|$)/m.exec(message)?.[1] ?? '';
  const at = found === '' ? query.length : locate(query, [found]);
  return queryError('MALFORMED_QUERY', query, at, `unexpected token: '${found === '' ? '<EOF>' : found}'`);
}

const ESCAPES: Record<string, string> = { n: '\n', N: '\n', r: '\r', R: '\r', t: '\t', T: '\t', b: '\b', B: '\b', f: '\f', F: '\f', '"': '"', "'": "'", '\\': '\\' };

/**
 * What a quoted literal means. With `pattern`, it becomes a LIKE pattern of SQLite with `\` as escape: `%` and `_` stay wild cards, `\%`, `\_` and a
 * backslash stand for themselves. Undefined for an escape that SOQL does not know.
 */
export function unescape(literal: string, pattern = false): string | undefined {
  const inner = literal.slice(1, -1);
  let out = '';
  for (let at = 0; at < inner.length; at += 1) {
    const character = inner[at] ?? '';
    if (character !== '\\') {
      out += character;
      continue;
    }
    at += 1;
    const next = inner[at] ?? '';
    const code = /^[uU]([0-9A-Fa-f]{4})/.exec(inner.slice(at))?.[1];
    if (code !== undefined) {
      out += String.fromCharCode(Number.parseInt(code, 16));
      at += 4;
    } else if (pattern && (next === '%' || next === '_' || next === '\\')) {
      out += `\\${next}`;
    } else {
      const meant = ESCAPES[next];
      if (meant === undefined) return undefined;
      out += meant;
    }
  }
  return out;
}
