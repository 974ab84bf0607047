import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Random } from './random.ts';

const row = z.strictObject({ match: z.string().min(1), code: z.string(), fields: z.array(z.string()).default([]), message: z.string().optional() });

/**
 * One rule of `POST /_sandbox/faults`. Without `times` and `rate` it hits one request; with `rate` alone, any number. `when` is "before" unless
 * the rule cuts, truncates or drips an answer, which needs one. `body` is JSON or text; `contentType: ""` sends none.
 */
export const faultRule = z.strictObject({
  method: z.string().transform((method) => method.toUpperCase()).optional(),
  path: z.string().optional(),
  status: z.int().min(200).max(599).optional(),
  delayMs: z.number().nonnegative().optional(),
  dripMs: z.number().nonnegative().optional(),
  cut: z.boolean().optional(),
  reset: z.boolean().optional(),
  truncate: z.boolean().optional(),
  when: z.enum(['before', 'after']).optional(),
  body: z.unknown().optional(),
  contentType: z.string().nullable().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  row: row.optional(),
  times: z.int().positive().optional(),
  rate: z.number().min(0).max(1).optional(),
  random: z.int().optional(),
}).superRefine((rule, context) => {
  const acts = rule.status ?? rule.delayMs ?? rule.dripMs ?? rule.cut ?? rule.reset ?? rule.truncate ?? rule.row ?? rule.body ?? rule.headers;
  if (acts === undefined) context.addIssue('A fault needs one of status, delayMs, dripMs, cut, reset, truncate, row, body, headers.');
  if (rule.path?.startsWith('/') && rule.path.length > 2 && rule.path.endsWith('/') && !pattern(rule.path)) context.addIssue('The path is no valid regular expression.');
});

export type FaultRule = z.output<typeof faultRule>;
export type RowFault = { code: string; fields: string[]; message: string };
export type ActiveFault = FaultRule & { id: number; hits: number; left: number };

/** `/.../` with something of a regular expression inside is one; `/a/b/` alone is read as one too, as sandbox paths never need the trailing slash. */
function pattern(path: string): RegExp | undefined {
  try {
    return new RegExp(path.slice(1, -1));
  } catch {
    return undefined;
  }
}

function matchesPath(rule: string | undefined, path: string): boolean {
  if (rule === undefined) return true;
  if (rule.length > 2 && rule.startsWith('/') && rule.endsWith('/')) return pattern(rule)?.test(path) ?? false;
  if (rule.endsWith('*')) return path.startsWith(rule.slice(0, -1));
  return path === rule || path === `${rule}/`;
}

/** The faults a test asked for. The first rule that matches a request and is not used up applies; row rules apply beside it. */
export class Faults {
  #rules: { rule: ActiveFault; random: Random }[] = [];
  #next = 1;
  #rowHits = new WeakMap<FastifyRequest, Set<number>>();

  add(rule: FaultRule): ActiveFault {
    const left = rule.times ?? (rule.rate === undefined ? 1 : Number.MAX_SAFE_INTEGER);
    const active: ActiveFault = { ...rule, id: this.#next++, hits: 0, left };
    this.#rules.push({ rule: active, random: new Random(rule.random ?? 1) });
    return active;
  }

  list(): ActiveFault[] {
    return this.#rules.map(({ rule }) => rule);
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault for this request, now used once. */
  take(method: string, path: string): ActiveFault | undefined {
    for (const { rule, random } of this.#rules) {
      if (rule.row || !this.#applies(rule, method, path)) continue;
      if (rule.rate !== undefined && !random.chance(rule.rate)) continue;
      rule.left -= 1;
      rule.hits += 1;
      return rule;
    }
    return undefined;
  }

  /** For handlers of batches: the error this row must get, where a rule's `match` occurs in the row's JSON. `times` counts requests. */
  rowFault(request: FastifyRequest, rowJson: string): RowFault | undefined {
    if (this.#rules.length === 0) return undefined;
    const path = pathOf(request.url);
    const hit = this.#rowHits.get(request) ?? new Set<number>();
    for (const { rule, random } of this.#rules) {
      if (!rule.row || !rowJson.includes(rule.row.match)) continue;
      if (!hit.has(rule.id)) {
        if (!this.#applies(rule, request.method, path)) continue;
        if (rule.rate !== undefined && !random.chance(rule.rate)) continue;
        rule.left -= 1;
        rule.hits += 1;
        hit.add(rule.id);
        this.#rowHits.set(request, hit);
      }
      return { code: rule.row.code, fields: rule.row.fields, message: rule.row.message ?? `${rule.row.code}: injected by the sandbox` };
    }
    return undefined;
  }

  #applies(rule: ActiveFault, method: string, path: string): boolean {
    return rule.left > 0 && (rule.method === undefined || rule.method === '*' || rule.method === method) && matchesPath(rule.path, path);
  }
}

/** The path of a request's URL, without its query. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
