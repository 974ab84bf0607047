import * as z from 'zod';
import { isValidEmail, normaliseEmail } from '../../sync/match.ts';
import type { SalesforceId, SalesforceType } from '../../sync/records.ts';
import type { Schema } from '../connection/schema.ts';
import type { Call } from '../crm/call.ts';
import { CrmFailure } from '../crm/failure.ts';
import { readByEmails, type Records } from '../pair/candidates.ts';
import type { SalesforceRecord } from '../salesforce/index.ts';
import { soql } from '../salesforce/soql.ts';
import type { World } from '../world.ts';
import { from, pageSize, type ImportPage } from './list.ts';

/** What an import has to know of a record before it looks up its email on both sides. */
export interface ImportRow {
  id: SalesforceId;
  /** Normalised. */
  email: string | null;
  isConverted: boolean;
}

const call: Call = { lane: 'backfill' };

const rowFields = (type: SalesforceType): string => soql`${soql.fields(['Id', 'Email', ...(type === 'Lead' ? ['IsConverted'] : [])])}`;

/** What lists the rows of an import after an id, in the order of the ids. Cursor and pages rest on that order. */
export const listQuery = (scope: { object: SalesforceType; where: string }, after: string): string => `SELECT ${rowFields(scope.object)} ${from(scope, after, null)} ORDER BY Id`;

const textRow = z.object({ Id: z.string().regex(/^[A-Za-z0-9]{18}$/), Email: z.string(), IsConverted: z.enum(['true', 'false']).default('false') });

/** A row of a bulk query job's results. @throws CrmFailure for one of another shape. */
export function rowOfText(row: Record<string, string>): ImportRow {
  const parsed = textRow.safeParse(row);
  if (!parsed.success) throw new CrmFailure({ system: 'salesforce', operation: 'read the results of a query job', code: 'INVALID_RESPONSE', detail: 'A row of another shape.' });
  const { Id, Email, IsConverted } = parsed.data;
  return { id: Id as SalesforceId, email: normaliseEmail(Email), isConverted: IsConverted === 'true' };
}

const rowOf = ({ Id, Email, IsConverted }: SalesforceRecord): ImportRow => ({ id: Id, email: typeof Email === 'string' ? normaliseEmail(Email) : null, isConverted: IsConverted === true });

/** Why a row cannot be imported by its email address; null where it can. */
export const skippedAs = ({ email, isConverted }: ImportRow): string | null =>
  email === null ? 'no-email' : isConverted ? 'converted' : !isValidEmail(email) ? 'invalid-email' : null;

/** A page's rows in the order of their ids, and the records that have their emails now. */
export async function readRows(world: World, schema: Schema, page: ImportPage): Promise<{ rows: ImportRow[]; records: Records }> {
  const listed = page.listed === undefined ? null : await world.listed(page.listed, call);
  if (listed === null) {
    // Records that came since the pages were cut may lie in between.
    const rows = await world.salesforce.queryAllPages(`SELECT ${rowFields(page.object)} ${from(page, page.after, page.upTo)} ORDER BY Id`, { ...call, atMost: 10 * pageSize });
    return withRecords(world, schema, page, rows.map(rowOf));
  }
  const rows = listed.rows.filter(({ id }) => id > page.after && id <= page.upTo);
  const found = await withRecords(world, schema, page, rows);
  const stale = rows.filter((row) => skippedAs(row) === null && !isAsListed(row, found.records));
  if (stale.length === 0) return found;
  // Deleted, converted, or given another email since the job ran.
  const current = await world.salesforce.queryIn(stale.map(({ id }) => id), (ids) => {
    const where = [soql`Id IN (${ids})`, ...(page.where.trim() === '' ? [] : [soql`${soql.condition(page.where)}`])].join(' AND ');
    return `SELECT ${rowFields(page.object)} FROM ${soql`${soql.name(page.object)}`} WHERE ${where}`;
  }, { ...call, atMost: pageSize });
  const fresh = rows.filter((row) => !stale.includes(row)).concat(current.map(rowOf));
  return withRecords(world, schema, page, fresh.sort((a, b) => (a.id < b.id ? -1 : 1)));
}

async function withRecords(world: World, schema: Schema, { object }: ImportPage, rows: ImportRow[]): Promise<{ rows: ImportRow[]; records: Records }> {
  const emails = [...new Set(rows.flatMap((row) => (row.email !== null && skippedAs(row) === null ? [row.email] : [])))];
  // A live Contact wins over any Lead, so of Contacts' emails the Leads need not be asked for.
  return { rows, records: await readByEmails(world, schema, { emails, leads: object === 'Lead' }, call) };
}

function isAsListed({ id, email }: ImportRow, records: Records): boolean {
  const record = records.get(id);
  return record !== null && record.IsConverted !== true && normaliseEmail(typeof record.Email === 'string' ? record.Email : '') === email;
}
