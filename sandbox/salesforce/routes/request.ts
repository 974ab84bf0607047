import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { refusal } from '../errors.ts';
import type { Body, SaveContext } from '../save.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The user whose token the request bears. */
    userId: string;
  }
}

const params = z.record(z.string(), z.string());
const query = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

/** A parameter of the path, decoded. */
export function param(request: FastifyRequest, name: string): string {
  return params.parse(request.params)[name] ?? '';
}

/** A parameter of the query string; the first where it is repeated. */
export function queryParam(request: FastifyRequest, name: string): string | undefined {
  const value = query.parse(request.query)[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The version of the path, such as `67.0`. */
export function versionOf(request: FastifyRequest): string {
  return param(request, 'version').slice(1);
}

/** The body as a JSON object. Throws JSON_PARSER_ERROR. */
export function bodyOf(request: FastifyRequest): Body {
  const { body } = request;
  if (!isObject(body)) throw refusal('JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body.');
  return body;
}

export function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A request header that Salesforce reads as `a=1, b=2`, by lower-case name. */
export function options(request: FastifyRequest, header: string): Map<string, string> {
  const text = request.headers[header];
  const pairs = typeof text === 'string' ? text.split(/[,;]/).map((part) => part.split('=')) : [];
  return new Map(pairs.map(([name, value]) => [(name ?? '').trim().toLowerCase(), (value ?? '').trim()]));
}

export function contextOf(request: FastifyRequest): SaveContext {
  const duplicates = options(request, 'sforce-duplicate-rule-header');
  const client = options(request, 'sforce-call-options').get('client');
  return { userId: request.userId, allowSave: duplicates.get('allowsave')?.toLowerCase() === 'true', version: versionOf(request), client: client || undefined };
}
