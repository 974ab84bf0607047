import { ApplicationFailure } from '@temporalio/common';
import { safeMessage } from '../../sync/errors.ts';
import type { SalesforceType } from '../../sync/records.ts';
import { settingsIfReady } from '../connection/accounts.ts';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { QueryPage } from '../salesforce/index.ts';
import { soql } from '../salesforce/soql.ts';
import type { World } from '../world.ts';
import type { ListedSet } from './listed.ts';

/** Which records an import reads: those of one type that meet `where` (a SOQL condition, '' for all). */
export interface ImportScope {
  object: SalesforceType;
  where: string;
}

/** A page of an import: the records after one id up to and including another, in the order of the ids. */
export interface ImportPage extends ImportScope {
  after: string;
  upTo: string;
  /** Where a bulk query job listed them; without it they are read by their ids alone. */
  listed?: ListedSet;
}

export interface ImportList {
  pages: ImportPage[];
  more: boolean;
  /** Counted where `after` is ''; null elsewhere. */
  total: number | null;
  /** So many records that a bulk query job is to list them; there are no pages then. */
  byJob: boolean;
  looksAfterSeconds: number[];
}

const call: Call = { lane: 'backfill' };
/** Leads and Contacts with the same emails come in as few queries as URLs allow, so a page is larger than a HubSpot batch. */
export const pageSize = 400;

/**
 * The next pages of an import, up to 2,000 records ahead; reads ids only. Of the first list Salesforce says how many records there are in
 * all, so that they need no count of their own; with `inPages` it is known already, and no job lists them however many they are.
 */
export async function listPages(world: World, { object, where, after, inPages = false }: ImportScope & { after: string; inPages?: boolean }): Promise<ImportList> {
  const { looksAfterSeconds } = await settingsIfReady(world, call.lane, { pauseStops: true });
  const { records, totalSize } = await list(world, { object, where }, after);
  const first = after === '' && !inPages;
  if (first && totalSize > world.byJobAbove) return { pages: [], more: true, total: totalSize, byJob: true, looksAfterSeconds };
  return { pages: pagesOf({ object, where }, after, records.map(({ Id }) => Id)), more: totalSize > records.length, total: first ? totalSize : null, byJob: false, looksAfterSeconds };
}

/** Ids in their order, cut into pages; the first begins after `after`. */
export function pagesOf(scope: ImportScope, after: string, ids: readonly string[], listed?: ListedSet): ImportPage[] {
  let start = after;
  return chunks(ids, pageSize).map((some) => {
    const page = { ...scope, after: start, upTo: some.at(-1) ?? start, ...(listed !== undefined && { listed }) };
    start = page.upTo;
    return page;
  });
}

/** The FROM and WHERE of an import's queries. `where` is a person's own condition: a fault in it ends the import with a sentence. */
export function from({ object, where }: ImportScope, after: string, upTo: string | null): string {
  try {
    const bounds = [
      ...(after === '' ? [] : [soql`Id > ${after}`]),
      ...(upTo === null ? [] : [soql`Id <= ${upTo}`]),
      ...(where.trim() === '' ? [] : [soql`${soql.condition(where)}`]),
    ];
    return [soql`FROM ${soql.name(object)}`, ...(bounds.length === 0 ? [] : [`WHERE ${bounds.join(' AND ')}`])].join(' ');
  } catch (error) {
    throw ApplicationFailure.nonRetryable(`where: ${error instanceof Error ? error.message : String(error)}`, 'InvalidInput');
  }
}

/** The first 2,000 ids after one. Without a LIMIT Salesforce says how many there are in all. */
async function list(world: World, scope: ImportScope, after: string): Promise<QueryPage> {
  try {
    return await world.salesforce.query(`SELECT Id ${from(scope, after, null)} ORDER BY Id`, call);
  } catch (error) {
    if (!(error instanceof CrmFailure) || error.status !== 400 || scope.where.trim() === '') throw error;
    throw ApplicationFailure.nonRetryable(`where: Salesforce does not take this condition (${error.code ?? error.status}): ${safeMessage(error.detail ?? '')}`, 'InvalidInput');
  }
}
