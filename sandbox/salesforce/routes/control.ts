import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { SalesforceError } from '../errors.ts';
import { objectNames } from '../field.ts';
import { normalId } from '../ids.ts';
import { behaviour, type Org } from '../org.ts';
import { Person } from '../person.ts';
import { duplicateRule, lock, validationRule } from '../rules.ts';
import { fieldChange } from '../schema.ts';
import type { SessionOptions } from './session.ts';

const record = z.record(z.string(), z.unknown());
const convert = z.strictObject({ leadId: z.string(), contactId: z.string().optional(), copyExternalId: z.boolean().optional() });
const merge = z.strictObject({ master: z.string(), losers: z.array(z.string()), fields: record.default({}) });
const late = z.strictObject({
  object: z.enum(objectNames), id: z.string().optional(), fields: record.default({}), stampMsAgo: z.number().default(0), lastModifiedMsAgo: z.number().optional(),
});
const byId = z.strictObject({ id: z.string() });
const edit = z.strictObject({ id: z.string(), fields: record });
const create = z.strictObject({ object: z.enum(objectNames), fields: record });
const permissions = z.strictObject({ object: z.enum(objectNames), field: z.string().optional(), read: z.boolean().optional(), edit: z.boolean().optional() });
const revoke = z.strictObject({ token: z.string().optional(), kind: z.enum(['access', 'refresh']).optional() });
const session = z.strictObject({ tokenLifeMs: z.number().positive().nullable().optional(), instanceUrl: z.url().nullable().optional() });
const unlock = z.object({ id: z.string().optional() });

/** What the control path answers to an error, in words for whoever wrote the test. */
export async function controlError(error: unknown, _request: unknown, reply: FastifyReply): Promise<FastifyReply> {
  if (error instanceof SalesforceError) return reply.code(error.status).send({ message: error.message, errors: error.body() });
  return reply.code(400).send({ message: error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error) });
}

/** The person's and the administrator's side, which no real org has under these paths. */
export function controlRoutes(app: FastifyInstance, org: Org, sessions: SessionOptions): void {
  const person = new Person(org);
  app.setErrorHandler(controlError);
  const post = <T extends z.ZodType>(name: string, schema: T, act: (input: z.output<T>) => unknown): void => {
    app.post(`/_sandbox/${name}`, { preHandler: (_request, _reply, done) => org.whenFree(done) }, async (request: FastifyRequest, reply: FastifyReply) => {
      const input = schema.parse(request.body ?? {});
      return reply.send(org.transaction(() => act(input)) ?? {});
    });
  };

  app.get('/_sandbox/org', () => ({
    ...org.identity, behaviour: org.behaviour, counts: Object.fromEntries(objectNames.map((object) => [object, org.store.count(object)])),
  }));
  post('convert', convert, ({ leadId, contactId, copyExternalId }) => person.convert(leadId, contactId, copyExternalId ?? org.behaviour.copyExternalId));
  post('merge', merge, ({ master, losers, fields }) => person.merge(master, losers, fields));
  post('undelete', byId, ({ id }) => person.undelete(id));
  post('edit', edit, ({ id, fields }) => person.edit(id, fields));
  post('create', create, ({ object, fields }) => ({ id: person.create(object, fields) }));
  post('late', late, (input) => ({ id: person.late(input) }));
  post('delete', byId, ({ id }) => person.delete(id));
  post('empty-bin', z.strictObject({}), () => ({ purged: person.emptyBin() }));

  post('permissions', permissions, ({ object, field, read, edit }) => {
    const access = org.schema.setAccess(object, field, { ...(read === undefined ? {} : { read }), ...(edit === undefined ? {} : { edit }) });
    org.saveSetup();
    return access;
  });
  post('fields', fieldChange, (change) => {
    org.schema.change(change);
    org.store.addColumns(change.object);
    org.saveSetup();
  });
  post('validation-rules', validationRule, (rule) => {
    org.rules.validation.push(rule);
    org.saveSetup();
  });
  post('duplicate-rules', duplicateRule, (rule) => {
    org.rules.setDuplicateRule(rule);
    org.saveSetup();
  });
  post('locks', lock, ({ id, ...rest }) => org.rules.lock(normalId(id) ?? id, rest));
  app.get('/_sandbox/locks', () => ({ refused: org.rules.refused }));
  const remove = (name: string, act: (input: { id?: string | undefined }) => void): void => {
    app.delete(`/_sandbox/${name}`, async (request, reply) => {
      act(unlock.parse(request.body ?? {}));
      org.saveSetup();
      return reply.code(204).send();
    });
  };
  remove('validation-rules', () => {
    org.rules.validation = [];
  });
  remove('duplicate-rules', () => {
    org.rules.duplicates = [];
  });
  remove('locks', ({ id }) => org.rules.unlock(id === undefined ? undefined : (normalId(id) ?? id)));

  post('behaviour', behaviour.partial(), (change) => {
    org.behaviour = { ...org.behaviour, ...change };
    return org.behaviour;
  });
  post('session', session, ({ tokenLifeMs, instanceUrl }) => {
    if (tokenLifeMs !== undefined) sessions.tokenLifeMs = tokenLifeMs ?? undefined;
    if (instanceUrl !== undefined) sessions.instanceUrl = instanceUrl;
    return { tokenLifeMs: sessions.tokenLifeMs ?? null, instanceUrl: sessions.instanceUrl };
  });
  post('refresh-token', z.strictObject({}), () => ({ refreshToken: org.tokens.issue({ kind: 'refresh', prefix: '5Aep', about: org.identity.integrationUser }) }));
  post('revoke', revoke, ({ token, kind }) => (token === undefined ? org.tokens.revokeAll(kind) : org.tokens.revoke(token)));
}
