import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { access } from './access.ts';
import type { Account } from './account.ts';
import { validationError } from './errors.ts';
import { listAnswer, searchAnswer } from './list-answers.ts';
import { flag, names } from './requests.ts';

export const LIST_READ = ['crm.lists.read'];
export const LIST_WRITE = ['crm.lists.write'];
export const listParams = z.object({ listId: z.string() });

const processingType = z.enum(['MANUAL', 'DYNAMIC', 'SNAPSHOT']);
const create = z.object({ name: z.string().min(1).max(200), objectTypeId: z.string().regex(/^\d+-\d+$/), processingType, filterBranch: z.unknown().optional() });
const search = z.object({
  query: z.string().nullish(), listIds: z.array(z.string()).nullish(), processingTypes: z.array(processingType).nullish(), objectTypeId: z.string().nullish(),
  additionalProperties: z.array(z.string()).nullish(), sort: z.string().nullish(), offset: z.int().min(0).nullish(), count: z.int().min(0).max(500).nullish(),
});
const byName = z.object({ objectTypeId: z.string(), listName: z.string() });
const withFilters = z.object({ includeFilters: flag });

/** Lists themselves: create, read, search, rename, new filters, delete, restore. */
export function listRoutes(app: FastifyInstance, account: Account, prefix: string): void {
  const { lists } = account;
  const read = { onRequest: access(account, LIST_READ) };
  const write = { onRequest: access(account, LIST_WRITE) };
  const id = (request: { params: unknown }): string => listParams.parse(request.params).listId;
  const filters = (request: { query: unknown }): boolean => withFilters.parse(request.query).includeFilters;

  app.post(prefix, write, (request) => ({ list: listAnswer(lists, lists.create(create.parse(request.body)), true) }));

  app.get(prefix, read, (request) => {
    const { listIds = [] } = z.object({ listIds: names }).parse(request.query);
    const found = listIds.map((listId) => lists.find(listId)).filter((list) => list !== undefined);
    return { lists: found.map((list) => listAnswer(lists, list, filters(request))) };
  });

  app.get(`${prefix}/:listId`, read, (request) => ({ list: listAnswer(lists, lists.read(id(request)), filters(request)) }));

  app.get(`${prefix}/object-type-id/:objectTypeId/name/:listName`, read, (request) => {
    const { objectTypeId, listName } = byName.parse(request.params);
    return { list: listAnswer(lists, lists.byName(objectTypeId, listName), filters(request)) };
  });

  app.post(`${prefix}/search`, read, (request) => {
    const body = search.parse(request.body ?? {});
    const offset = body.offset ?? 0;
    const query = body.query?.toLowerCase() ?? '';
    const found = lists.all().filter((list) =>
      list.name.toLowerCase().includes(query) &&
      (!body.listIds || body.listIds.length === 0 || body.listIds.includes(list.listId)) &&
      (!body.processingTypes || body.processingTypes.length === 0 || body.processingTypes.includes(list.processingType)) &&
      (!body.objectTypeId || body.objectTypeId === list.objectTypeId));
    const page = found.slice(offset, offset + (body.count ?? 20));
    const next = offset + page.length;
    return { total: found.length, offset: next, hasMore: next < found.length, lists: page.map((list) => searchAnswer(lists, list, body.additionalProperties ?? [])) };
  });

  app.put(`${prefix}/:listId/update-list-name`, write, (request) => {
    const { listName } = z.object({ listName: z.string().max(200).optional() }).parse(request.query);
    if (!listName) throw validationError('The query parameter listName is missing.');
    return { updatedList: listAnswer(lists, lists.rename(id(request), listName), filters(request)) };
  });

  app.put(`${prefix}/:listId/update-list-filters`, write, (request) => {
    const body = z.object({ filterBranch: z.unknown() }).parse(request.body);
    return { updatedList: listAnswer(lists, lists.updateFilters(id(request), body.filterBranch), true) };
  });

  app.delete(`${prefix}/:listId`, write, async (request, reply) => {
    lists.delete(id(request));
    return reply.code(204).send();
  });

  app.put(`${prefix}/:listId/restore`, write, async (request, reply) => {
    lists.restore(id(request));
    return reply.code(204).send();
  });
}
