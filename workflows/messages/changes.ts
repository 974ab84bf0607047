import { defineQuery, defineSignal } from '@temporalio/workflow';
import * as z from 'zod';
import { lazily } from '../../sync/lazily.ts';
import { hubspotContactId, salesforceRecordId } from './common.ts';

const instant = lazily(() => z.iso.datetime({ offset: true }));
/** How many characters of who made a change, and of what, an event takes. */
export const mostOfName = 60;
const likeness = lazily(() => z.string().max(mostOfName));

/** What happened to a contact in HubSpot: ids and kinds, never values. */
export const hubspotEvent = lazily(() => z.strictObject({
  id: hubspotContactId(),
  kind: z.enum(['creation', 'change', 'deletion', 'restore', 'privacy-deletion', 'merge']),
  at: instant(),
  /** Of a merge: the contacts that became `id`, the former primary first. */
  merged: z.array(hubspotContactId()).max(250).optional(),
  /** Of a change: who made it and of what, as HubSpot names them. A mass is many that are alike in both. */
  by: likeness().optional(),
  property: likeness().optional(),
}));
/** What happened to a Lead or Contact in Salesforce. */
export const salesforceEvent = lazily(() => z.strictObject({
  id: salesforceRecordId(),
  object: z.enum(['Lead', 'Contact']),
  kind: z.enum(['create', 'update', 'delete', 'undelete']),
  at: instant(),
  /** Who made it, and of an update the fields, as Salesforce names them. A mass is many that are alike in both. */
  by: likeness().optional(),
  fields: likeness().optional(),
}));
/** One signal per request of a receiver. */
export const hubspotEventsInput = lazily(() => z.strictObject({ events: z.array(hubspotEvent()).max(100) }));
/** `replay` is how far each channel was read; with `gap` events were lost or carry no ids, so that a poll must follow at once. */
export const salesforceEventsInput = lazily(() => z.strictObject({
  events: z.array(salesforceEvent()).max(2_000),
  replay: z.strictObject({ Lead: z.number().int().optional(), Contact: z.number().int().optional() }),
  gap: z.boolean().default(false),
}));
export type HubSpotEvent = z.infer<ReturnType<typeof hubspotEvent>>;
export type SalesforceEvent = z.infer<ReturnType<typeof salesforceEvent>>;
export type HubSpotEvents = z.infer<ReturnType<typeof hubspotEventsInput>>;
export type SalesforceEvents = z.input<ReturnType<typeof salesforceEventsInput>>;

export const hubspotEvents = defineSignal<[HubSpotEvents]>('events');
export const salesforceEvents = defineSignal<[SalesforceEvents]>('events');

/** Where a change feed stands; answer to `feed`. Times are ISO 8601. */
export interface FeedAnswer {
  crm: 'hubspot' | 'salesforce';
  paused: boolean;
  /** Of Salesforce: whether its change events are read; of HubSpot: whether any webhook has come. */
  events: 'on' | 'none-yet' | 'off' | 'unavailable';
  /** Why, where it is not on. */
  why: string | null;
  lastEventAt: string | null;
  lastPollAt: string | null;
  nextPollAt: string;
  /** Everything up to here was read by polls; null before the first. */
  readUpTo: string | null;
  /** Events that are not handed on yet, and contacts that wait for a page job to end. */
  waiting: number;
  later: number;
  /** The last change event of each object that was handed on durably (Salesforce). */
  replay: { Lead: number | null; Contact: number | null };
  counts: { events: number; read: number; told: number; joined: number; created: number; skipped: Record<string, number> };
  trouble: { at: string; what: string } | null;
  rejected: { signal: string; fault: string; at: string }[];
}
export const feed = defineQuery<FeedAnswer>('feed');
