import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../../common/faults.ts';
import { refusal } from '../errors.ts';
import { normalId } from '../ids.ts';
import type { ObjectDefinition } from '../objects.ts';
import type { Org } from '../org.ts';
import { objectNamed, readRecords } from '../read.ts';
import { saveRows, type RowAnswer, type RowDone } from '../rows.ts';
import { createRecord, deleteRecord, updateRecord, type Body } from '../save.ts';
import { externalField, upsertRecord } from '../upsert.ts';
import { contextOf, param, queryParam, versionOf } from './request.ts';

const path = '/services/data/:version/composite/sobjects';
const MOST_ROWS = 200;
const MOST_IDS = 2000;

const saveBody = z.object({ allOrNone: z.boolean().default(false), records: z.array(z.record(z.string(), z.unknown())) });
const retrieveBody = z.object({ ids: z.array(z.string()), fields: z.array(z.string()).min(1) });
const attributes = z.object({ type: z.string() });

/** `/composite/sobjects`: up to 200 rows a call, each with its own outcome, in order. */
export function collectionRoutes(app: FastifyInstance, org: Org, faults: Faults | undefined): void {
  const save = (request: FastifyRequest, row: (body: Body, object: ObjectDefinition) => RowDone): RowAnswer[] => {
    const { allOrNone, records } = parse(saveBody, request.body);
    demandAtMost(records.length, MOST_ROWS);
    const fault = (body: Body): ReturnType<Faults['rowFault']> => faults?.rowFault(request, JSON.stringify(body));
    return saveRows(org, records, allOrNone, fault, (body) => row(body, objectOf(org, body)));
  };

  app.post(path, (request) => save(request, (body, object) => {
    if ('Id' in body || 'id' in body) throw refusal('INVALID_FIELD', 'cannot specify Id in an insert call');
    return { id: createRecord(org, object, body, contextOf(request)), fresh: true };
  }));

  app.patch(path, (request) => save(request, (body, object) => {
    const { id: lower, Id: upper, ...rest } = body;
    const given = lower ?? upper;
    if (given === undefined || given === null || given === '') throw refusal('MISSING_ARGUMENT', 'Id not specified in an update call');
    const id = rowId(given);
    updateRecord(org, object, id, rest, contextOf(request));
    return { id, fresh: false };
  }));

  app.delete(path, (request) => {
    const ids = (queryParam(request, 'ids') ?? '').split(',').map((id) => id.trim()).filter(Boolean);
    if (ids.length === 0) throw refusal('INVALID_QUERY_PARAMETER', 'The ids parameter is required');
    demandAtMost(ids.length, MOST_ROWS);
    const allOrNone = queryParam(request, 'allOrNone')?.toLowerCase() === 'true';
    return saveRows(org, ids, allOrNone, (id) => faults?.rowFault(request, JSON.stringify({ id })), (text) => {
      const id = rowId(text);
      const object = org.schema.byPrefix(id);
      if (!object) throw refusal('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
      deleteRecord(org, object, id, contextOf(request));
      return { id, fresh: false };
    });
  });

  app.patch(`${path}/:type/:field`, (request) => {
    const type = objectNamed(org, param(request, 'type'));
    const field = externalField(org, type, param(request, 'field'));
    const keyOf = (body: Body): unknown => Object.entries(body).find(([name]) => name.toLowerCase() === field.name.toLowerCase())?.[1];
    const comparable = (value: unknown): string => (field.name === 'Id' ? (normalId(String(value)) ?? String(value)) : String(value).trim().toLowerCase());
    const times = new Map<string, number>();
    for (const body of parse(saveBody, request.body).records) {
      const key = comparable(keyOf(body) ?? '');
      times.set(key, (times.get(key) ?? 0) + 1);
    }
    return save(request, (body, object) => {
      if (object.name !== type.name) throw refusal('INVALID_TYPE', `Record type ${object.name} does not match ${type.name}`);
      const value = keyOf(body);
      const key = comparable(value ?? '');
      // Salesforce refuses every row of a key that comes twice in one request.
      if (key !== '' && (times.get(key) ?? 0) > 1) throw refusal('DUPLICATE_VALUE', `Duplicate external id specified: ${String(value)}`);
      const rest = Object.fromEntries(Object.entries(body).filter(([name]) => name.toLowerCase() !== field.name.toLowerCase()));
      const { id, created } = upsertRecord(org, type, field, value, rest, contextOf(request));
      return { id, created, fresh: created };
    });
  });

  app.post(`${path}/:type`, (request) => {
    const { ids, fields } = parse(retrieveBody, request.body);
    return retrieve(request, ids, fields);
  });
  app.get(`${path}/:type`, (request) => retrieve(request, (queryParam(request, 'ids') ?? '').split(','), (queryParam(request, 'fields') ?? 'Id').split(',')));

  function retrieve(request: FastifyRequest, ids: string[], fields: string[]): unknown[] {
    demandAtMost(ids.length, MOST_IDS);
    const malformed = ids.find((id) => normalId(id) === undefined);
    if (malformed !== undefined) throw refusal('MALFORMED_ID', `malformed id ${malformed}`);
    return readRecords(org, objectNamed(org, param(request, 'type')), ids, fields, versionOf(request));
  }
}

function objectOf(org: Org, body: Body): ObjectDefinition {
  const given = attributes.safeParse(body['attributes']);
  if (!given.success) throw refusal('INVALID_INPUT', 'Include an attributes property with a type in each record.', 400);
  const object = org.schema.object(given.data.type);
  if (!object) throw refusal('INVALID_TYPE', `sObject type '${given.data.type}' is not supported.`);
  return object;
}

function rowId(given: unknown): string {
  const id = normalId(String(given));
  if (id === undefined) throw refusal('MALFORMED_ID', `malformed id ${String(given)}`);
  return id;
}

function demandAtMost(count: number, most: number): void {
  if (count > most) throw refusal('EXCEEDED_ID_LIMIT', `record limit reached. cannot submit more than ${most} records into this call`);
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw refusal('JSON_PARSER_ERROR', z.prettifyError(parsed.error));
}
