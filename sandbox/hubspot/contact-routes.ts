import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { access } from './access.ts';
import type { Account } from './account.ts';
import { answer } from './contact-answers.ts';
import { HubSpotError, validationError } from './errors.ts';
import { flag, idParams, limitOf, names, pagingToken, readPagingToken } from './requests.ts';

export const READ = ['crm.objects.contacts.read'];
export const WRITE = ['crm.objects.contacts.write'];

/** Values as JSON carries them; HubSpot stores text. */
export const writtenProperties = z.record(z.string(), z.union([z.string(), z.null(), z.number().transform(String), z.boolean().transform(String)]));

const page = z.object({ limit: z.string().optional(), after: z.string().optional(), properties: names, propertiesWithHistory: names, archived: flag });
const one = z.object({ idProperty: z.string().optional(), properties: names, propertiesWithHistory: names, archived: flag });
const create = z.object({ properties: writtenProperties, associations: z.array(z.unknown()).nullish(), objectWriteTraceId: z.string().nullish() });
const update = z.object({ properties: writtenProperties });
const merge = z.object({ primaryObjectId: z.string(), objectIdToMerge: z.string() });
const forget = z.object({ objectId: z.string(), idProperty: z.string().nullish() });

/** Single contacts: list, create, read, update, archive, merge, privacy deletion. */
export function contactRoutes(app: FastifyInstance, account: Account, prefix: string): void {
  const { contacts } = account;
  const read = { onRequest: access(account, READ) };
  const write = { onRequest: access(account, WRITE) };

  app.get(prefix, read, (request) => {
    const query = page.parse(request.query);
    const limit = limitOf(query.limit, 10, query.propertiesWithHistory ? 50 : 100);
    const after = query.after === undefined ? 0 : Number(readPagingToken(query.after));
    const found = contacts.store.page(after, limit + 1, query.archived);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const results = shown.map((contact) => answer(account, contact, { properties: query.properties, history: query.propertiesWithHistory }));
    if (found.length <= limit || !last) return { results };
    const token = pagingToken(last.id);
    return { results, paging: { next: { after: token, link: `https://api.hubapi.com${prefix}?limit=${limit}&after=${token}` } } };
  });

  app.post(prefix, write, async (request, reply) => {
    const body = create.parse(request.body);
    const created = contacts.store.write(() => contacts.apply(contacts.check(undefined, body.properties), account.source));
    const shown = answer(account, created, { all: true });
    return reply.code(201).send(body.objectWriteTraceId ? { ...shown, objectWriteTraceId: body.objectWriteTraceId } : shown);
  });

  app.get(`${prefix}/:id`, read, (request) => {
    const query = one.parse(request.query);
    const contact = contacts.find(idParams.parse(request.params).id, query.idProperty, query.archived);
    return answer(account, contact, { properties: query.properties, history: query.propertiesWithHistory });
  });

  app.patch(`${prefix}/:id`, write, (request) => {
    const { properties } = update.parse(request.body);
    if (Object.keys(properties).length === 0) throw validationError('No properties found to update, please provide at least one.');
    const contact = contacts.find(idParams.parse(request.params).id, one.parse(request.query).idProperty);
    const updated = contacts.store.write(() => contacts.apply(contacts.check(contact, properties), account.source));
    return answer(account, updated, { properties: Object.keys(properties) });
  });

  // An id that does not exist, or was merged away, answers 204 too.
  app.delete(`${prefix}/:id`, write, async (request, reply) => {
    const contact = contacts.store.get(idParams.parse(request.params).id);
    if (contact) contacts.store.write(() => contacts.archive(contact, account.source));
    return reply.code(204).send();
  });

  app.post(`${prefix}/merge`, write, (request) => {
    const body = merge.parse(request.body);
    const [primary, loser] = [contacts.find(body.primaryObjectId, undefined), contacts.find(body.objectIdToMerge, undefined)];
    return answer(account, account.merge(primary, loser, account.source), { all: true });
  });

  app.post(`${prefix}/gdpr-delete`, write, async (request, reply) => {
    const body = forget.parse(request.body);
    const contact = contacts.findOwn(body.objectId, body.idProperty ?? undefined) ?? contacts.store.get(body.objectId);
    if (!contact && body.idProperty !== 'email') throw new HubSpotError(404, 'OBJECT_NOT_FOUND', `Object not found.`);
    contacts.store.write(() => {
      if (contact) contacts.forget(contact, account.source);
      else contacts.store.block(body.objectId.trim().toLowerCase());
    });
    return reply.code(204).send();
  });
}
