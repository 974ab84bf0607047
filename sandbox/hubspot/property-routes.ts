import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { access } from './access.ts';
import type { Account } from './account.ts';
import { HubSpotError, notFound, type BatchError } from './errors.ts';
import type { Property, PropertyGroup } from './property.ts';
import { flag, requireBatchSize } from './requests.ts';
import { hubspotTime } from './times.ts';

const option = z.object({ label: z.string(), value: z.string(), displayOrder: z.int().default(-1), hidden: z.boolean().default(false), description: z.string().nullish().transform((text) => text ?? undefined) });
const fieldType = z.enum(['textarea', 'text', 'date', 'file', 'number', 'select', 'radio', 'checkbox', 'booleancheckbox', 'calculation_equation', 'phonenumber', 'html']);
const changeable = {
  label: z.string(), type: z.enum(['string', 'number', 'date', 'datetime', 'enumeration', 'bool']), fieldType, groupName: z.string(),
  description: z.string(), options: z.array(option), displayOrder: z.int(), hidden: z.boolean(), formField: z.boolean(),
};
const update = z.object(changeable).partial();
const create = update.extend({
  name: z.string(), label: changeable.label, type: changeable.type, fieldType, groupName: changeable.groupName,
  hasUniqueValue: z.boolean().optional(), externalOptions: z.boolean().optional(), referencedObjectType: z.string().optional(),
});
const groupChange = z.object({ label: z.string(), displayOrder: z.int() }).partial();
const group = z.object({ name: z.string(), label: z.string(), displayOrder: z.int().default(-1) });
const nameParams = z.object({ name: z.string() });
const archivedQuery = z.object({ archived: flag });
const inputNames = z.object({ archived: z.boolean().default(false), inputs: z.array(z.object({ name: z.string() })) });
const objectParams = z.object({ objectType: z.string() });

/** Property definitions and their groups. Contacts are the only object. */
export function propertyRoutes(app: FastifyInstance, account: Account, prefix: string): void {
  const { properties } = account;
  const read = { onRequest: access(account, ['crm.schemas.contacts.read', 'crm.objects.contacts.read']) };
  const write = { onRequest: access(account, ['crm.schemas.contacts.write']) };
  const base = `${prefix}/:objectType`;
  app.addHook('preValidation', (request, _reply, done) => {
    const type = objectParams.safeParse(request.params);
    if (type.success && !['contacts', 'contact', '0-1'].includes(type.data.objectType.toLowerCase())) {
      return done(new HubSpotError(404, 'OBJECT_NOT_FOUND', `Unable to infer object type from: ${type.data.objectType}`));
    }
    done();
  });

  app.get(base, read, (request) => ({ results: properties.list(archivedQuery.parse(request.query).archived) }));
  app.post(base, write, async (request, reply) => reply.code(201).send(properties.create(create.parse(request.body))));
  app.get(`${base}/:name`, read, (request) => properties.read(nameParams.parse(request.params).name, archivedQuery.parse(request.query).archived));
  app.patch(`${base}/:name`, write, (request) => properties.update(nameParams.parse(request.params).name, update.parse(request.body)));
  app.delete(`${base}/:name`, write, async (request, reply) => {
    properties.archive(nameParams.parse(request.params).name);
    return reply.code(204).send();
  });

  app.get(`${base}/groups`, read, () => ({ results: properties.groups() }));
  app.post(`${base}/groups`, write, async (request, reply) => reply.code(201).send(properties.createGroup({ ...group.parse(request.body), archived: false } satisfies PropertyGroup)));
  app.get(`${base}/groups/:name`, read, (request) => properties.readGroup(nameParams.parse(request.params).name));
  app.patch(`${base}/groups/:name`, write, (request) => properties.updateGroup(nameParams.parse(request.params).name, groupChange.parse(request.body)));
  app.delete(`${base}/groups/:name`, write, async (request, reply) => {
    properties.archiveGroup(nameParams.parse(request.params).name);
    return reply.code(204).send();
  });

  const batch = (work: (name: string, row: number) => Property, inputs: { name: string }[]): { status: number; body: unknown } => {
    const startedAt = hubspotTime(account.clock.now());
    requireBatchSize(inputs);
    const results: Property[] = [];
    const errors: BatchError[] = [];
    for (const [row, { name }] of inputs.entries()) {
      try {
        results.push(work(name, row));
      } catch (error) {
        if (!(error instanceof HubSpotError)) throw error;
        errors.push(error.row({ name: [name] }));
      }
    }
    const body = { status: 'COMPLETE', results, startedAt, completedAt: hubspotTime(account.clock.now()) };
    return errors.length === 0 ? { status: 200, body } : { status: 207, body: { ...body, numErrors: errors.length, errors } };
  };
  app.post(`${base}/batch/read`, read, async (request, reply) => {
    const { inputs, archived } = inputNames.parse(request.body);
    const { status, body } = batch((name) => properties.read(name, archived), inputs);
    return reply.code(status).send(body);
  });
  app.post(`${base}/batch/create`, write, async (request, reply) => {
    const { inputs } = z.object({ inputs: z.array(create) }).parse(request.body);
    const { status, body } = batch((name, row) => {
      const draft = inputs[row];
      if (!draft) throw notFound(name);
      return properties.create(draft);
    }, inputs);
    return reply.code(status === 200 ? 201 : status).send(body);
  });
  app.post(`${base}/batch/archive`, write, async (request, reply) => {
    const { inputs } = inputNames.parse(request.body);
    requireBatchSize(inputs);
    for (const { name } of inputs) properties.archive(name);
    return reply.code(204).send();
  });
}
