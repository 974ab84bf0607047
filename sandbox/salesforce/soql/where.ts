import type { Condition, ConditionWithValueQuery, FunctionExp, HavingClause, LogicalOperator, WhereClause } from '@jetstreamapp/soql-parser-js';
import { refusal } from '../errors.ts';
import type { Literal, Sql } from './condition.ts';
import { locate, queryError } from './text.ts';

type Token = { kind: '(' | ')' | 'NOT' | 'AND' | 'OR' } | { kind: 'condition'; condition: ConditionWithValueQuery };

/**
 * The parser gives WHERE and HAVING as a linked list with counts of parentheses. This makes one SQL expression of it. As in SOQL, NOT binds to what
 * follows it, and AND beside OR without parentheses is MALFORMED_QUERY. `leaf` compiles a single condition.
 */
export function logic(query: string, clause: WhereClause | HavingClause, leaf: (condition: ConditionWithValueQuery) => Sql): Sql {
  const tokens = flatten(clause);
  let at = 0;
  let operators = 0;
  const next = (): Token | undefined => tokens[at];

  function expression(): Sql {
    const first = term();
    const parts = [first];
    let joined: 'AND' | 'OR' | undefined;
    for (let token = next(); token?.kind === 'AND' || token?.kind === 'OR'; token = next()) {
      if (joined !== undefined && joined !== token.kind) {
        throw queryError('MALFORMED_QUERY', query, locate(query, ['AND', 'OR'], operators), `unexpected token: ${token.kind}`);
      }
      joined = token.kind;
      operators += 1;
      at += 1;
      parts.push(term());
    }
    if (parts.length === 1) return first;
    return { text: `(${parts.map((part) => part.text).join(` ${joined ?? 'AND'} `)})`, values: parts.flatMap((part) => part.values) };
  }

  function term(): Sql {
    const token = next();
    at += 1;
    if (token?.kind === 'condition') return leaf(token.condition);
    if (token?.kind === 'NOT') {
      const negated = term();
      // Two truth values: what is unknown to SQL is false to SOQL, so its negation holds.
      return { text: `NOT ifnull(${negated.text}, 0)`, values: negated.values };
    }
    if (token?.kind !== '(') throw refusal('MALFORMED_QUERY', `unexpected token: ${token?.kind ?? '<EOF>'}`);
    const inner = expression();
    if (next()?.kind !== ')') throw refusal('MALFORMED_QUERY', 'expecting a right parentheses');
    at += 1;
    return inner;
  }

  const whole = expression();
  if (at < tokens.length) throw refusal('MALFORMED_QUERY', `unexpected token: ${next()?.kind ?? ''}`);
  return whole;
}

type Link = { left: Condition | ConditionWithValueQuery | null; operator?: LogicalOperator; right?: Link };

function flatten(clause: WhereClause | HavingClause): Token[] {
  const tokens: Token[] = [];
  for (let link: Link | undefined = clause; link; link = link.right) {
    const { left } = link;
    for (let open = left?.openParen ?? 0; open > 0; open -= 1) tokens.push({ kind: '(' });
    if (left && 'operator' in left) {
      tokens.push({ kind: 'condition', condition: left });
      for (let close = left.closeParen ?? 0; close > 0; close -= 1) tokens.push({ kind: ')' });
    }
    if (link.operator) tokens.push({ kind: link.operator });
  }
  return tokens;
}

/** The literals on the right of a condition. */
export function literalsOf(condition: Exclude<ConditionWithValueQuery, { valueQuery: unknown }>): Literal[] {
  if (!('operator' in condition)) return [];
  const values = Array.isArray(condition.value) ? condition.value : [condition.value];
  const types = condition.literalType;
  return values.map((text, at) => ({ text, type: (Array.isArray(types) ? types[at] : types) ?? 'STRING' }));
}

export function functionOf(condition: ConditionWithValueQuery): FunctionExp | undefined {
  return 'fn' in condition ? condition.fn : undefined;
}
