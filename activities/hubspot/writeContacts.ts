import { z } from 'zod';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { Outcome } from '../crm/failure.ts';
import { verdictOf } from '../crm/verdict.ts';
import { castErrorBody, namedRows } from './castFailure.ts';
import { contactBatchSchema, plain } from './contactSchema.ts';
import type { ContactBatch } from './contactSchema.ts';
import { PATHS } from './paths.ts';
import type { Requester } from './request.ts';
import type { HubSpot, HubSpotContact } from './types.ts';

const BATCH = 100;

/** Statuses by which HubSpot refuses a whole batch for the sake of one row: nothing of it was written. */
const ROW_AT_FAULT = new Set([400, 404, 409]);

interface Row {
  /** What HubSpot names the row by: the contact's id, or the trace id of a create. */
  key: string;
  input: { properties: Record<string, string>; id?: string; objectWriteTraceId: string };
}

type Written = Outcome<{ contact: HubSpotContact }>;
type Send = (rows: readonly Row[]) => Promise<ContactBatch>;

/** The writes of contacts, in batches of 100 with an outcome for each row. */
export function contactWrites(requester: Requester): Pick<HubSpot, 'createContacts' | 'updateContacts' | 'archiveContact'> {
  const sender = (operation: string, path: string, call: Call, repeatable: boolean): Send => (rows) =>
    requester.send(
      { operation, method: 'POST', path: `${PATHS.contacts}${path}`, body: { inputs: rows.map((row) => row.input) }, schema: contactBatchSchema, repeatable },
      call,
    );

  return {
    async createContacts(rows, call) {
      const operation = 'create contacts';
      // Only with a trace id on every row does HubSpot report row by row.
      const keyed = rows.map((properties, index): Row => ({ key: `row-${index}`, input: { properties, objectWriteTraceId: `row-${index}` } }));
      const written = await writeAll(operation, keyed, sender(operation, '/batch/create', call, false));
      return keyed.map(({ key }) => written.get(key) ?? unanswered(operation));
    },

    async archiveContact(id, call) {
      // An answer without a body is read as nothing.
      await requester.send({ operation: 'archive a contact', method: 'DELETE', path: `${PATHS.contacts}/${encodeURIComponent(id)}`, schema: z.unknown(), repeatable: true }, call);
    },

    async updateContacts(rows, call) {
      const operation = 'update contacts';
      const keyed = rows.map(({ id, properties }): Row => ({ key: id, input: { id, properties, objectWriteTraceId: id } }));
      const written = await writeAll(operation, keyed, sender(operation, '/batch/update', call, true));
      return rows.map(({ id, properties }) => {
        const outcome = written.get(id) ?? unanswered(operation);
        return outcome.ok ? { ok: true, id, confirmed: confirmed(properties, outcome.contact) } : outcome;
      });
    },
  };
}

/**
 * Writes all rows in batches. A batch that is refused for one row's sake is sent again without the rows that the
 * refusal names, or else in halves, so that one bad row never fails its page.
 */
async function writeAll(operation: string, rows: readonly Row[], send: Send): Promise<Map<string, Written>> {
  const written = new Map<string, Written>();

  const write = async (batch: readonly Row[]): Promise<void> => {
    try {
      for (const [key, outcome] of outcomesOf(operation, batch, await send(batch))) written.set(key, outcome);
    } catch (error) {
      if (!(error instanceof CrmFailure) || !ROW_AT_FAULT.has(error.status ?? 0)) throw error;
      const [only] = batch;
      if (batch.length === 1 && only) {
        written.set(only.key, { ok: false, failure: error });
        return;
      }
      const [without, having] = byProperty(batch, error);
      // All of them would be refused for it, one by one.
      for (const { key } of having) written.set(key, { ok: false, failure: error });
      for (const part of having.length === 0 ? suspects(batch, error) : [without]) if (part.length > 0) await write(part);
    }
  };

  for (const batch of withoutRepeats(rows)) {
    try {
      await write(batch);
    } catch (error) {
      // What was written already must be told: only a failure before the first write is the call's own.
      if (!(error instanceof CrmFailure) || written.size === 0) throw error;
      for (const { key } of batch) if (!written.has(key)) written.set(key, { ok: false, failure: error });
    }
  }
  return written;
}

/** The rows that do without, and those that have a property that HubSpot does not know (any more). */
function byProperty(batch: readonly Row[], failure: CrmFailure): [Row[], Row[]] {
  const gone = verdictOf(failure).class === 'property-mapping' ? failure.fields : [];
  const has = ({ input }: Row): boolean => gone.some((name) => name in input.properties);
  return [batch.filter((row) => !has(row)), batch.filter(has)];
}

/** The named rows alone and the others together; if none or all are named, two halves. */
function suspects(batch: readonly Row[], failure: CrmFailure): (readonly Row[])[] {
  const named = batch.filter((row) => failure.rows.includes(row.key));
  if (named.length > 0 && named.length < batch.length) return [...named.map((row) => [row]), batch.filter((row) => !named.includes(row))];
  const half = Math.ceil(batch.length / 2);
  return [batch.slice(0, half), batch.slice(half)];
}

function outcomesOf(operation: string, batch: readonly Row[], answer: ContactBatch): [string, Written][] {
  return batch.map(({ key }) => {
    const contact = answer.results.find((result) => result.traceId === key) ?? answer.results.find((result) => result.id === key);
    if (contact) return [key, { ok: true, contact: plain(contact) }];
    const error = answer.errors.find((row) => namedRows(row).includes(key));
    if (error) return [key, { ok: false, failure: castErrorBody(operation, statusOf(error.category), error) }];
    return [key, unanswered(operation)];
  });
}

/** The rows of a 207 carry no status of their own. */
function statusOf(category: string | undefined): number {
  if (category === 'CONFLICT') return 409;
  return category === 'OBJECT_NOT_FOUND' ? 404 : 400;
}

/** HubSpot refuses one contact twice in a batch; a second row for it goes into a later one. */
function withoutRepeats(rows: readonly Row[]): Row[][] {
  const rounds: Map<string, Row>[] = [];
  for (const row of rows) {
    const round = rounds.find((earlier) => !earlier.has(row.key));
    if (round) round.set(row.key, row);
    else rounds.push(new Map([[row.key, row]]));
  }
  return rounds.flatMap((round) => chunks([...round.values()], BATCH));
}

const unanswered = (operation: string): Written => ({
  ok: false,
  failure: new CrmFailure({ system: 'hubspot', operation, code: 'INVALID_RESPONSE', detail: 'The answer does not speak of this row.' }),
});

function confirmed(sent: Record<string, string>, contact: HubSpotContact): Record<string, string | null> {
  const names = Object.keys(sent).filter((name) => name in contact.properties);
  return Object.fromEntries(names.map((name) => [name, contact.properties[name] ?? null]));
}
