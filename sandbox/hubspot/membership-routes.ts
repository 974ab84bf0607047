import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { access } from './access.ts';
import type { Account } from './account.ts';
import { HubSpotError, missingRows, validationError, type BatchError } from './errors.ts';
import { membershipAnswer } from './list-answers.ts';
import { LIST_READ, LIST_WRITE, listParams } from './list-routes.ts';
import type { List } from './list.ts';
import { limitOf, pagingToken, readPagingToken, requireBatchSize } from './requests.ts';
import { hubspotTime } from './times.ts';

const pageQuery = z.object({ limit: z.string().optional(), after: z.string().optional(), before: z.string().optional() });
const recordParams = z.object({ objectTypeId: z.string(), recordId: z.string() });
const recordIds = z.array(z.union([z.string(), z.number().transform(String)]));
const change = z.object({ recordIdsToAdd: recordIds.default([]), recordIdsToRemove: recordIds.default([]) });
const batch = z.object({ inputs: z.array(z.object({ objectTypeId: z.string(), recordId: z.string() })) });
const MOST_RECORDS = 100_000;

/** Who is in a list, in which lists a record is, and changing the lists that people keep. */
export function membershipRoutes(app: FastifyInstance, account: Account, prefix: string): void {
  const { lists } = account;
  const { memberships } = lists;
  const read = { onRequest: access(account, LIST_READ) };
  const write = { onRequest: access(account, LIST_WRITE) };

  const page = (list: List, ids: string[], key: (id: string) => number, query: unknown): unknown => {
    const { limit: asked, after, before } = pageQuery.parse(query);
    if (after !== undefined && before !== undefined) throw validationError('Only one of after and before can be given.');
    const limit = limitOf(asked, 100, 250);
    let start = after === undefined ? 0 : firstAbove(ids, key, Number(readPagingToken(after)));
    let end = start + limit;
    if (before !== undefined) {
      end = firstAbove(ids, key, Number(readPagingToken(before)) - 1);
      start = Math.max(0, end - limit);
    }
    const shown = ids.slice(start, end);
    const [first, last] = [shown[0], shown.at(-1)];
    const next = last !== undefined && start + shown.length < ids.length ? { next: { after: pagingToken(key(last)) } } : {};
    const prev = first !== undefined && start > 0 ? { prev: { before: pagingToken(key(first)) } } : {};
    const results = shown.map((recordId) => ({ recordId, membershipTimestamp: hubspotTime(memberships.get(list.listId, recordId)?.last ?? 0) }));
    const paging = { ...next, ...prev };
    return { total: ids.length, results, ...(Object.keys(paging).length > 0 ? { paging } : {}) };
  };

  app.get(`${prefix}/:listId/memberships`, read, (request) => {
    const list = lists.read(listParams.parse(request.params).listId);
    return page(list, memberships.byId(list.listId), Number, request.query);
  });

  app.get(`${prefix}/:listId/memberships/join-order`, read, (request) => {
    const list = lists.read(listParams.parse(request.params).listId);
    return page(list, memberships.byJoining(list.listId), (id) => memberships.get(list.listId, id)?.order ?? 0, request.query);
  });

  const changeable = (params: unknown): List => {
    const list = lists.read(listParams.parse(params).listId);
    if (list.processingType === 'DYNAMIC') throw validationError(`Memberships of list ${list.listId} cannot be changed: its processing type is DYNAMIC.`);
    return list;
  };
  const edit = (list: List, add: string[], remove: string[]): unknown => {
    if (add.length + remove.length > MOST_RECORDS) throw validationError(`At most ${MOST_RECORDS} records can be added or removed at once.`);
    const now = account.clock.now();
    const missing: string[] = [];
    const added: string[] = [];
    const removed: string[] = [];
    account.database.transaction(() => {
      for (const id of new Set(add)) {
        if (account.contacts.store.get(id)?.archived !== false) missing.push(id);
        else if (memberships.join(list.listId, id, now)) added.push(id);
      }
      for (const id of new Set(remove)) {
        if (!account.contacts.store.get(id)) missing.push(id);
        else if (memberships.leave(list.listId, id, now)) removed.push(id);
      }
    });
    return { recordsIdsAdded: added, recordIdsRemoved: removed, recordIdsMissing: missing };
  };
  app.put(`${prefix}/:listId/memberships/add`, write, (request) => edit(changeable(request.params), recordIds.parse(request.body), []));
  app.put(`${prefix}/:listId/memberships/remove`, write, (request) => edit(changeable(request.params), [], recordIds.parse(request.body)));
  app.put(`${prefix}/:listId/memberships/add-and-remove`, write, (request) => {
    const body = change.parse(request.body);
    return edit(changeable(request.params), body.recordIdsToAdd, body.recordIdsToRemove);
  });
  app.delete(`${prefix}/:listId/memberships`, write, async (request, reply) => {
    const list = changeable(request.params);
    edit(list, [], memberships.byId(list.listId).slice());
    return reply.code(204).send();
  });

  const of = (recordId: string): unknown[] =>
    lists.all().flatMap((list) => {
      const membership = memberships.get(list.listId, recordId);
      return membership ? [membershipAnswer(list, membership)] : [];
    });
  const known = (objectTypeId: string, recordId: string): boolean => objectTypeId === '0-1' && account.contacts.store.get(recordId)?.archived === false;

  app.get(`${prefix}/records/:objectTypeId/:recordId/memberships`, read, (request) => {
    const { objectTypeId, recordId } = recordParams.parse(request.params);
    if (!known(objectTypeId, recordId)) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', `Record ${recordId} of the object type ${objectTypeId} does not exist.`);
    const results = of(recordId);
    return { total: results.length, results };
  });

  app.post(`${prefix}/records/memberships/batch/read`, read, async (request, reply) => {
    const startedAt = hubspotTime(account.clock.now());
    const { inputs } = batch.parse(request.body);
    requireBatchSize(inputs);
    const results: unknown[] = [];
    const errors: BatchError[] = [];
    for (const { objectTypeId, recordId } of inputs) {
      if (known(objectTypeId, recordId)) results.push({ objectTypeId, recordId, recordListMemberships: of(recordId) });
      else errors.push(missingRows(`Record ${recordId} of the object type ${objectTypeId} does not exist.`, [recordId]));
    }
    const body = { status: 'COMPLETE', results, startedAt, completedAt: hubspotTime(account.clock.now()) };
    return errors.length === 0 ? reply.send(body) : reply.code(207).send({ ...body, numErrors: errors.length, errors });
  });
}

/** The position of the first id with a key above `value`; the keys ascend. */
function firstAbove(ids: readonly string[], key: (id: string) => number, value: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(ids[middle] ?? '') <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
