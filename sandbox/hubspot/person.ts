import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Account } from './account.ts';
import type { Source } from './contact.ts';
import { answer } from './contact-answers.ts';
import { writtenProperties } from './contact-routes.ts';
import { notFound } from './errors.ts';

const USER_ID = 9;
const PERSON: Source = { sourceType: 'CRM_UI', sourceId: `userId:${USER_ID}`, updatedByUserId: USER_ID };

const edit = z.strictObject({ id: z.string(), properties: writtenProperties });
const create = z.strictObject({ properties: writtenProperties });
const byId = z.strictObject({ id: z.string() });
const merge = z.strictObject({ primary: z.string(), loser: z.string() });
const permissions = z.strictObject({ remove: z.array(z.string()).default([]), add: z.array(z.string()).default([]) });
const settings = z.strictObject({
  segmentLagMs: z.number().nonnegative(), searchLagMs: z.number().nonnegative(), rotateRefreshTokens: z.boolean(), tokenTtlMs: z.number().positive(), batchErrors: z.enum(['whole', 'rows']),
}).partial();
const choices = z.strictObject({ name: z.string(), options: z.array(z.strictObject({ label: z.string(), value: z.string() })) });
const revoke = z.strictObject({ token: z.string() });

/** What a person does in HubSpot's screens, and switches of the sandbox: neither counts as an API call. */
export function personRoutes(app: FastifyInstance, account: Account): void {
  const { contacts } = account;
  const { store } = contacts;

  app.post('/_sandbox/edit', (request) => {
    const { id, properties } = edit.parse(request.body);
    const contact = contacts.find(id, undefined);
    return answer(account, store.write(() => contacts.apply(contacts.check(contact, properties), PERSON)), { all: true });
  });
  app.post('/_sandbox/create', (request) => {
    const { properties } = create.parse(request.body);
    return answer(account, store.write(() => contacts.apply(contacts.check(undefined, properties), PERSON)), { all: true });
  });
  // The person who gets the emails says no to them; nobody else can change that property.
  app.post('/_sandbox/unsubscribe', (request) => {
    const before = contacts.find(byId.parse(request.body).id, undefined);
    return answer(account, store.write(() => contacts.apply({ before, writes: { hs_email_optout: 'true' } }, { ...PERSON, sourceType: 'EMAIL' })), { all: true });
  });
  app.post('/_sandbox/delete', async (request, reply) => {
    const contact = contacts.find(byId.parse(request.body).id, undefined);
    store.write(() => contacts.archive(contact, PERSON));
    return reply.code(204).send();
  });
  app.post('/_sandbox/undelete', (request) => {
    const contact = contacts.find(byId.parse(request.body).id, undefined, true);
    return answer(account, store.write(() => contacts.restore(contact, PERSON)), { all: true });
  });
  app.post('/_sandbox/forget', async (request, reply) => {
    const { id } = byId.parse(request.body);
    const contact = store.get(id);
    if (!contact) throw notFound('Object not found.', { ids: [id] });
    store.write(() => contacts.forget(contact, PERSON));
    return reply.code(204).send();
  });
  app.post('/_sandbox/empty-bin', () => {
    const archived = [...store.all()].filter((contact) => contact.archived);
    store.write(() => {
      for (const contact of archived) store.remove(contact, { kind: 'purge', source: PERSON });
    });
    return { removed: archived.length };
  });
  app.post('/_sandbox/merge', (request) => {
    const { primary, loser } = merge.parse(request.body);
    const [one, other] = [contacts.find(primary, undefined), contacts.find(loser, undefined)];
    return answer(account, account.merge(one, other, { ...PERSON, sourceType: 'MERGE_CONTACTS' }), { all: true });
  });
  app.post('/_sandbox/permissions', (request) => {
    const { remove, add } = permissions.parse(request.body);
    for (const scope of remove) account.scopes.delete(scope);
    for (const scope of add) account.scopes.add(scope);
    return { scopes: [...account.scopes] };
  });
  app.post('/_sandbox/options', (request) => {
    const { name, options } = choices.parse(request.body);
    return account.properties.update(name, { options: options.map((option, displayOrder) => ({ ...option, displayOrder, hidden: false })) });
  });
  app.post('/_sandbox/revoke', async (request, reply) => {
    account.tokens.revoke(revoke.parse(request.body).token);
    return reply.code(204).send();
  });
  app.post('/_sandbox/settings', (request) => {
    const { segmentLagMs, searchLagMs, ...rest } = settings.parse(request.body);
    if (segmentLagMs !== undefined) account.lists.evaluation.lagMs = segmentLagMs;
    if (searchLagMs !== undefined) account.index.lagMs = searchLagMs;
    Object.assign(account, rest);
    return { segmentLagMs: account.lists.evaluation.lagMs, searchLagMs: account.index.lagMs, rotateRefreshTokens: account.rotateRefreshTokens, tokenTtlMs: account.tokenTtlMs, batchErrors: account.batchErrors };
  });
  app.get('/_sandbox/membership-log', (request) => {
    const { listId } = z.object({ listId: z.string().optional() }).parse(request.query);
    account.lists.evaluation.settle();
    return { log: account.lists.memberships.log(listId) };
  });
}
