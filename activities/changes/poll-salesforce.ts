import type { SalesforceType } from '../../sync/records.ts';
import type { Feeds } from '../../sync/settings.ts';
import type { SalesforceEvent } from '../../workflows/messages.ts';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import { reached } from '../page/position.ts';
import type { Setting } from '../pair/fields.ts';
import type { QueryPage } from '../salesforce/index.ts';
import { soql } from '../salesforce/soql.ts';
import { stampOf, textOf } from '../salesforce/text.ts';
import type { World } from '../world.ts';
import { compareRecords, readRecords, type ChangedRecord } from './compare-records.ts';
import { passGate } from './past-the-gate.ts';
import { mostTold, type Told } from './poll-hubspot.ts';
import { ready } from './ready.ts';
import { tellChanged } from './tell.ts';

const call: Call = { lane: 'retry' };
/** Transactions commit late, with a stamp of their beginning: so far back a poll begins before the last one's end. */
const overlapMs = 120_000;
const pagesPerPoll = 5;
/** Stamps are cut to whole seconds. */
const wholeSecondMs = 1_000;
const types = ['Lead', 'Contact'] as const;

/** How far each object was read: all before `stamp` (ISO), and of that very time all up to `id`. */
export type SalesforcePosition = Record<SalesforceType, { stamp: string; id: string }>;

export interface SalesforcePoll extends Told {
  position: SalesforcePosition;
  more: boolean;
  feeds: Feeds;
  created: number;
  skipped: Record<string, number>;
}

/**
 * Reads what changed in Salesforce since the last poll, deleted and merged records too, and tells the contacts that differ. One call
 * for both objects where nothing changed. The first poll only marks the place (R22).
 */
export async function pollSalesforce(world: World, { startedAt, position, more }: { startedAt: string; position: SalesforcePosition | null; more: boolean }): Promise<SalesforcePoll> {
  const setting = await ready(world, call.lane);
  const start = { stamp: new Date().toISOString(), id: '' };
  const sum: SalesforcePoll = { position: position ?? { Lead: start, Contact: start }, more: false, read: 0, told: 0, later: [], created: 0, skipped: {}, feeds: setting.settings.feeds };
  if (position === null) return sum;
  const from = (type: SalesforceType) => (more ? position[type] : { stamp: new Date(Date.parse(position[type].stamp) - overlapMs).toISOString(), id: '' });
  let walk: SalesforcePosition = { Lead: from('Lead'), Contact: from('Contact') };
  const since = Math.min(...types.map((type) => Date.parse(walk[type].stamp)));
  let open: readonly SalesforceType[] = types;
  for (let page = 0; page < pagesPerPoll && open.length > 0 && sum.told < mostTold; page++) {
    const pages = await world.salesforce.queryTogether(open.map((type) => changedSince(setting, type, walk[type])), { ...call, deleted: true });
    for (const [i, type] of open.entries()) {
      const rows = pages[i]?.records ?? [];
      sum.read += rows.length;
      await settle(world, setting, rows.map((record): ChangedRecord => ({ type, record, kind: kindOf(record, Math.max(since, Date.parse(startedAt) - wholeSecondMs)) })), sum, Date.parse(startedAt));
      walk = { ...walk, [type]: after(walk[type], rows) };
    }
    open = open.filter((_, i) => pages[i]?.nextRecordsUrl !== null);
    reached({ read: sum.read });
  }
  sum.more = open.length > 0;
  // Never back: an overlap in which nothing lies leaves the place where it was.
  sum.position = { Lead: later(position.Lead, walk.Lead), Contact: later(position.Contact, walk.Contact) };
  return sum;
}

/** Compares records of which events told, up to 100. */
export async function compareSalesforce(world: World, { events }: { events: readonly SalesforceEvent[] }): Promise<Told & { created: number; skipped: Record<string, number> }> {
  const setting = await ready(world, call.lane);
  const sum = { read: events.length, told: 0, later: [], created: 0, skipped: {} };
  await settle(world, setting, await readRecords(world, setting, events, call), sum);
  return sum;
}

/** `queryAll` order: (SystemModstamp, Id), so that rows with equal stamps are not lost at a page's border (R5). */
function changedSince({ schema }: Setting, type: SalesforceType, { stamp, id }: { stamp: string; id: string }): string {
  const fields = soql.fields([...schema.select[type], 'CreatedDate']);
  const time = soql.datetime(stamp);
  const beyond = id === '' ? soql`SystemModstamp >= ${time}` : soql`(SystemModstamp > ${time} OR (SystemModstamp = ${time} AND Id > ${id}))`;
  return `${soql`SELECT ${fields} FROM ${soql.name(type)}`} WHERE ${beyond} ORDER BY SystemModstamp, Id`;
}

/** A record is new that was created since `since`: an overlap reaches back before the feed began, and what is older comes by import (R22). */
function kindOf(record: QueryPage['records'][number], since: number): SalesforceEvent['kind'] {
  if (record.IsDeleted === true) return 'delete';
  return Date.parse(textOf(record, 'CreatedDate')) >= since ? 'create' : 'update';
}

function after(walked: { stamp: string; id: string }, rows: QueryPage['records']): { stamp: string; id: string } {
  const last = rows.at(-1);
  return last === undefined ? walked : { stamp: stampOf(last), id: last.Id };
}

const later = (a: { stamp: string; id: string }, b: { stamp: string; id: string }) => (Date.parse(b.stamp) > Date.parse(a.stamp) || (b.stamp === a.stamp && b.id > a.id) ? b : a);

async function settle(world: World, setting: Setting, rows: readonly ChangedRecord[], sum: Told & { created: number; skipped: Record<string, number> }, startedAt = 0): Promise<void> {
  for (const some of chunks(rows, 1_000)) {
    const { tell, later, unlinked, told } = await compareRecords(world, setting, some, call);
    const { tell: more, created, linked, skipped } = await passGate(world, setting, unlinked.filter(({ record }) => Date.parse(stampOf(record)) + wholeSecondMs > startedAt), call);
    await tellChanged(world, [...tell, ...more]);
    told();
    sum.told += tell.length + more.length;
    sum.created += created + linked;
    sum.later.push(...later);
    for (const [reason, n] of Object.entries(skipped)) sum.skipped[reason] = (sum.skipped[reason] ?? 0) + n;
  }
}
