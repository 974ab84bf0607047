import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refusal } from '../errors.ts';
import type { ObjectDefinition } from '../objects.ts';
import type { Org } from '../org.ts';
import { idInPath, objectNamed, readRecords } from '../read.ts';
import { createRecord, deleteRecord, liveRow, updateRecord } from '../save.ts';
import { externalField, matching, SeveralMatches, upsertRecord } from '../upsert.ts';
import { bodyOf, contextOf, param, queryParam, versionOf } from './request.ts';

const path = '/services/data/:version/sobjects/:type';

/** `/sobjects/{type}`: one record at a time, by id or by external id. */
export function recordRoutes(app: FastifyInstance, org: Org): void {
  const objectOf = (request: FastifyRequest): ObjectDefinition => objectNamed(org, param(request, 'type'));
  const url = (request: FastifyRequest, id: string): string => `/services/data/v${versionOf(request)}/sobjects/${objectOf(request).name}/${id}`;

  app.post(path, async (request, reply) => {
    const body = bodyOf(request);
    if (Object.keys(body).some((name) => name.toLowerCase() === 'id')) throw refusal('INVALID_FIELD', 'The Id field should not be specified in the sobject data.');
    const id = org.transaction(() => createRecord(org, objectOf(request), body, contextOf(request)));
    return reply.code(201).header('location', url(request, id)).send({ id, success: true, errors: [] });
  });

  app.get(`${path}/:id`, (request) => {
    const object = objectOf(request);
    const id = idInPath(param(request, 'id'));
    if (!id.startsWith(object.prefix)) throw refusal('NOT_FOUND', 'The requested resource does not exist');
    liveRow(org, object, id);
    return readRecords(org, object, [id], queryParam(request, 'fields')?.split(',').map((name) => name.trim()), versionOf(request))[0];
  });

  app.patch(`${path}/:id`, async (request, reply) => {
    const object = objectOf(request);
    const id = idInPath(param(request, 'id'));
    if (!id.startsWith(object.prefix)) throw refusal('NOT_FOUND', 'The requested resource does not exist');
    const body = bodyOf(request);
    if (Object.keys(body).some((name) => name.toLowerCase() === 'id')) throw refusal('INVALID_FIELD', 'The Id field should not be specified in the sobject data.');
    if (changedSince(org, request, object, id)) return reply.code(412).send([{ message: 'Precondition failed', errorCode: 'PRECONDITION_FAILED' }]);
    org.transaction(() => updateRecord(org, object, id, body, contextOf(request)));
    return reply.code(204).send();
  });

  app.delete(`${path}/:id`, async (request, reply) => {
    const object = objectOf(request);
    const id = idInPath(param(request, 'id'));
    if (!id.startsWith(object.prefix)) throw refusal('NOT_FOUND', 'The requested resource does not exist');
    org.transaction(() => deleteRecord(org, object, id, contextOf(request)));
    return reply.code(204).send();
  });

  app.get(`${path}/:field/:value`, async (request, reply) => {
    const object = objectOf(request);
    const ids = matching(org, object, externalField(org, object, param(request, 'field')), param(request, 'value'));
    if (ids.length > 1) return several(reply, ids.map((id) => url(request, id)));
    if (ids.length === 0) throw refusal('NOT_FOUND', 'The requested resource does not exist');
    return readRecords(org, object, ids, queryParam(request, 'fields')?.split(','), versionOf(request))[0];
  });

  app.patch(`${path}/:field/:value`, async (request, reply) => {
    const object = objectOf(request);
    const field = externalField(org, object, param(request, 'field'));
    const body = bodyOf(request);
    const given = Object.keys(body).find((name) => name.toLowerCase() === field.name.toLowerCase() || name.toLowerCase() === 'id');
    if (given !== undefined) throw refusal('INVALID_FIELD', `The ${given} field should not be specified in the sobject data.`);
    const updateOnly = queryParam(request, 'updateOnly') === 'true';
    try {
      const { id, created } = org.transaction(() => upsertRecord(org, object, field, param(request, 'value'), body, contextOf(request), updateOnly));
      return await reply.code(created ? 201 : 200).header('location', url(request, id)).send({ id, success: true, errors: [], created });
    } catch (error) {
      if (error instanceof SeveralMatches) return several(reply, error.ids.map((id) => url(request, id)));
      throw error;
    }
  });
}

function several(reply: FastifyReply, urls: string[]): FastifyReply {
  return reply.code(300).send(urls);
}

/** `If-Unmodified-Since`, to the second as HTTP dates are. */
function changedSince(org: Org, request: FastifyRequest, object: ObjectDefinition, id: string): boolean {
  const since = Date.parse(request.headers['if-unmodified-since'] ?? '');
  return !Number.isNaN(since) && Number(liveRow(org, object, id)['LastModifiedDate']) > since;
}
