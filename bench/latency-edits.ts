import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { request } from '../demo/http.ts';
import { fields, type SalesforceRecord } from '../demo/people.ts';
import type { Crm } from '../workflows/ids.ts';
import type { Bench } from './world.ts';

/** What a person typed, and where. */
export interface Edit {
  side: Crm;
  /** The HubSpot contact's. */
  id: string;
  record: SalesforceRecord;
  property: string;
  /** The property's field on the record's object. */
  field: string;
  value: string;
  /** Epoch ms, by the clock of who made it. */
  at: number;
}

interface Series {
  properties: readonly string[];
  /** In turn. */
  sides: readonly Crm[];
  count: number;
}

/** Makes one edit every 250 to 500 ms, each of another contact and as a person would, without waiting for any to arrive. */
export async function makeEdits(bench: Bench, { records, random, series }: { records: readonly SalesforceRecord[]; random: number; series: readonly Series[] }): Promise<Edit[]> {
  let next = random;
  /** Park and Miller's generator: the same edits for the same seed. */
  const pick = (below: number): number => (next = (next * 48_271) % 2_147_483_647) % below;
  const left = [...records];
  const made: Edit[] = [];
  for (const { properties, sides, count } of series) {
    for (let i = 0; i < count; i++) {
      const side = sides[i % sides.length] ?? 'hubspot';
      const property = properties[Math.floor(i / sides.length) % properties.length] ?? '';
      const [record] = left.splice(pick(left.length), 1);
      if (record === undefined) throw new Error('too few contacts were imported for so many edits');
      made.push(await makeEdit(bench, { side, record, property, value: property === 'phone' ? `+1 555 ${1_000_000 + made.length}` : `Edited ${made.length}` }));
      await sleep(250 + pick(251));
    }
  }
  return made;
}

/** One edit, as a person makes it. */
export async function makeEdit({ urls }: Bench, { side, record, property, value }: Pick<Edit, 'side' | 'record' | 'property' | 'value'>): Promise<Edit> {
  const edit: Edit = { side, id: record.externalId ?? '', record, property, field: fieldOf(record, property), value, at: Date.now() };
  const body = side === 'hubspot' ? { id: edit.id, properties: { [property]: value } } : { id: record.id, fields: { [edit.field]: value } };
  await request(z.unknown(), `${urls[side]}/_sandbox/edit`, { method: 'POST', body });
  return edit;
}

function fieldOf({ type }: SalesforceRecord, property: string): string {
  const [, lead, contact] = fields.find(([name]) => name === property) ?? [];
  return (type === 'Lead' ? lead : contact) ?? '';
}
