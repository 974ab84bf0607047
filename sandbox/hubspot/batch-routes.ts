import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Faults } from '../common/faults.ts';
import { access } from './access.ts';
import type { Account } from './account.ts';
import type { Change, Contact } from './contact.ts';
import { answer, type ContactAnswer } from './contact-answers.ts';
import { READ, WRITE, writtenProperties } from './contact-routes.ts';
import type { Claims } from './contacts.ts';
import { HubSpotError, missingRows, validationError, type BatchError } from './errors.ts';
import { flag, requireBatchSize } from './requests.ts';
import { hubspotTime } from './times.ts';

const trace = { objectWriteTraceId: z.string().nullish() };
const createBatch = z.object({ inputs: z.array(z.object({ properties: writtenProperties, associations: z.array(z.unknown()).nullish(), ...trace })) });
const writeBatch = z.object({ inputs: z.array(z.object({ id: z.string(), idProperty: z.string().nullish(), properties: writtenProperties, ...trace })) });
const readBatch = z.object({
  inputs: z.array(z.object({ id: z.string() })), idProperty: z.string().nullish(),
  properties: z.array(z.string()).nullish(), propertiesWithHistory: z.array(z.string()).nullish(),
});
const archiveBatch = z.object({ inputs: z.array(z.object({ id: z.string() })) });
const archivedQuery = z.object({ archived: flag });

const MISSING = 'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.';

type Result = ContactAnswer & { new?: boolean; objectWriteTraceId?: string };

/** The batch calls: at most 100 inputs; 207 where some rows failed. */
export function batchRoutes(app: FastifyInstance, account: Account, faults: Faults, prefix: string): void {
  const { contacts } = account;
  const { store } = contacts;
  const write = { onRequest: access(account, WRITE) };
  const startedAt = (): string => hubspotTime(account.clock.now());

  const send = (reply: FastifyReply, usual: number, started: string, results: Result[], errors: BatchError[]): FastifyReply => {
    const common = { status: 'COMPLETE', results, startedAt: started, completedAt: hubspotTime(account.clock.now()) };
    if (errors.length === 0) return reply.code(usual).send(common);
    return reply.code(207).send({ ...common, numErrors: errors.length, errors });
  };
  const injected = (request: FastifyRequest, row: unknown): HubSpotError | undefined => {
    const fault = faults.rowFault(request, JSON.stringify(row));
    if (!fault) return undefined;
    const details = fault.fields.map((name) => ({ message: fault.message, code: fault.code, context: { propertyName: [name] } }));
    return new HubSpotError(400, fault.code, fault.message, details);
  };

  app.post(`${prefix}/batch/read`, { onRequest: access(account, READ) }, async (request, reply) => {
    const started = startedAt();
    const body = readBatch.parse(request.body);
    const { archived } = archivedQuery.parse(request.query);
    requireBatchSize(body.inputs);
    const results: Result[] = [];
    const errors: BatchError[] = [];
    const missing: string[] = [];
    for (const input of body.inputs) {
      const fault = injected(request, input);
      if (fault) errors.push(fault.row({ ids: [input.id] }));
      else {
        const contact = found(() => contacts.find(input.id, body.idProperty ?? undefined, archived));
        if (contact) results.push(answer(account, contact, { properties: body.properties ?? undefined, history: body.propertiesWithHistory ?? undefined }));
        else missing.push(input.id);
      }
    }
    if (missing.length > 0) errors.push(missingRows(MISSING, missing));
    return send(reply, 200, started, results, errors);
  });

  app.post(`${prefix}/batch/create`, write, async (request, reply) => {
    const started = startedAt();
    const { inputs } = createBatch.parse(request.body);
    requireBatchSize(inputs);
    const traces = inputs.map(({ objectWriteTraceId }) => objectWriteTraceId ?? '');
    const byRow = !traces.includes('') && new Set(traces).size === traces.length;
    const claims: Claims = new Map();
    const errors: BatchError[] = [];
    const checked: { change: Change; id: string; traceId: string }[] = [];
    for (const [row, input] of inputs.entries()) {
      const traceId = traces[row] ?? '';
      const id = store.nextId();
      const problem = attempt(() => {
        const fault = injected(request, input);
        if (fault) throw fault;
        checked.push({ change: contacts.check(undefined, input.properties, claims, id), id, traceId });
      });
      if (problem && !byRow) throw problem;
      if (problem) errors.push(problem.row({ objectWriteTraceId: [traceId] }));
    }
    const results = store.write(() => checked.map(({ change, id, traceId }) => {
      const shown = answer(account, contacts.apply(change, account.source, id), { all: true });
      return traceId === '' ? shown : { ...shown, objectWriteTraceId: traceId };
    }));
    return send(reply, 201, started, results, errors);
  });

  const update = async (request: FastifyRequest, reply: FastifyReply, upsert: boolean): Promise<unknown> => {
    const started = startedAt();
    const { inputs } = writeBatch.parse(request.body);
    requireBatchSize(inputs);
    const ids = inputs.map(({ id }) => id);
    const repeated = ids.filter((id, row) => ids.indexOf(id) !== row);
    if (repeated.length > 0) throw validationError(`Duplicate IDs found in batch input: [${repeated.join(', ')}]. IDs must be unique`);
    const claims: Claims = new Map();
    const errors: BatchError[] = [];
    const missing: string[] = [];
    const checked: { change: Change; id: string; traceId: string; names: string[] }[] = [];
    for (const input of inputs) {
      const traceId = input.objectWriteTraceId ?? '';
      const idProperty = input.idProperty ?? undefined;
      const fault = injected(request, input);
      const problem = fault ?? attempt(() => {
        const contact = contacts.findOwn(input.id, idProperty);
        if (!contact && (!upsert || idProperty === undefined)) {
          missing.push(input.id);
          return;
        }
        const properties = contact || idProperty === undefined ? input.properties : { [idProperty]: input.id, ...input.properties };
        const id = contact?.id ?? store.nextId();
        checked.push({ change: contacts.check(contact, properties, claims, id), id, traceId, names: Object.keys(input.properties) });
      });
      if (problem && !fault && account.batchErrors === 'whole') throw problem;
      if (problem) errors.push(problem.row(traceId === '' ? { ids: [input.id] } : { ids: [input.id], objectWriteTraceId: [traceId] }));
    }
    if (missing.length > 0) errors.push(missingRows(MISSING, missing));
    const results = store.write(() => checked.map(({ change, id, traceId, names }): Result => {
      // An earlier row of this batch may have made or changed the same contact.
      const current = store.get(id);
      const shown = answer(account, contacts.apply({ before: current, writes: change.writes }, account.source, id), { properties: names });
      return { ...shown, ...(upsert ? { new: current === undefined } : {}), ...(traceId === '' ? {} : { objectWriteTraceId: traceId }) };
    }));
    return send(reply, 200, started, results, errors);
  };
  app.post(`${prefix}/batch/update`, write, async (request, reply) => update(request, reply, false));
  app.post(`${prefix}/batch/upsert`, write, async (request, reply) => update(request, reply, true));

  // Ids that do not exist count as archived; 207 only for rows a fault refuses.
  app.post(`${prefix}/batch/archive`, write, async (request, reply) => {
    const started = startedAt();
    const { inputs } = archiveBatch.parse(request.body);
    requireBatchSize(inputs);
    const errors: BatchError[] = [];
    const doomed: Contact[] = [];
    for (const input of inputs) {
      const fault = injected(request, input);
      const contact = store.get(input.id);
      if (fault) errors.push(fault.row({ ids: [input.id] }));
      else if (contact) doomed.push(contact);
    }
    store.write(() => {
      for (const contact of doomed) contacts.archive(contact, account.source);
    });
    return errors.length === 0 ? reply.code(204).send() : send(reply, 207, started, [], errors);
  });
}

function attempt(work: () => void): HubSpotError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof HubSpotError) return error;
    throw error;
  }
}

function found(work: () => Contact): Contact | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof HubSpotError && error.status === 404) return undefined;
    throw error;
  }
}
