/**
 * Every signal, query and update with its JSON: all that a client needs to import. Inputs are one JSON object, parsed
 * strictly: an unknown field is a fault that is named.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import * as z from 'zod';
import type { FieldDecision } from '../sync/decide.ts';
import { isValidEmail } from '../sync/email.ts';
import type { Bypass, Handover } from '../sync/handover.ts';
import { rungs, type ErrorCategory, type HubSpotContactId, type Link, type SalesforceId, type SalesforceRef } from '../sync/records.ts';
import type { Settings } from '../sync/settings.ts';
import { settingsChange } from '../sync/settings.ts';

const hubspotContactId = z.string().regex(/^[1-9]\d{0,19}$/, 'expected a HubSpot contact id');
const salesforceRecordId = z.string().regex(/^[A-Za-z0-9]{18}$/, 'expected a Salesforce id of 18 characters');
const by = z.string().max(200).optional();

// --- connection ---
export const selectInclusionSegmentInput = z.strictObject({ segmentId: z.string().min(1).max(40), by });
export const clearInclusionSegmentInput = z.strictObject({ by });
export const changeSettingsInput = settingsChange.extend({ by });
export type SelectInclusionSegment = z.infer<typeof selectInclusionSegmentInput>;
export type ClearInclusionSegment = z.infer<typeof clearInclusionSegmentInput>;
export type ChangeSettings = z.infer<typeof changeSettingsInput>;

export const selectInclusionSegment = defineUpdate<Settings, [SelectInclusionSegment]>('selectInclusionSegment');
export const clearInclusionSegment = defineUpdate<Settings, [ClearInclusionSegment?]>('clearInclusionSegment');
export const changeSettings = defineUpdate<Settings, [ChangeSettings]>('changeSettings');
export const settings = defineQuery<Settings>('settings');
export const findSegmentInput = z.strictObject({ name: z.string().min(1).max(200) });
export const findContactInput = z.strictObject({ email: z.string().refine(isValidEmail, 'expected an email address') });
export type FindSegment = z.infer<typeof findSegmentInput>;
export type FindContact = z.infer<typeof findContactInput>;

/** Look-ups in HubSpot for those who have no credentials of it, such as the command line. They change nothing. */
export const listSegments = defineUpdate<SegmentEntry[], [object?]>('listSegments');
export const findSegment = defineUpdate<{ segmentId: string | null }, [FindSegment]>('findSegment');
export const findContact = defineUpdate<{ hubspotId: string | null }, [FindContact]>('findContact');

export const check = defineSignal<[object?]>('check');
/** From an activity that met an unusable segment which the connection takes for usable. */
export const checkSegment = defineSignal<[object?]>('checkSegment');
/** Go on in a new run, so that the old one can be deleted: somebody it speaks of is to be forgotten. */
export const renew = defineSignal<[object?]>('renew');
export const health = defineQuery<Health>('health');

/** One entry of the answer to `listSegments`: an active contact segment, which can be chosen. */
export interface SegmentEntry {
  id: string;
  name: string;
  /** Members; null where HubSpot does not say. */
  size: number | null;
  /** HubSpot still evaluates it. It may be chosen all the same. */
  processing: boolean;
}

/** Answer to `health`. */
export interface Health {
  status: 'ready' | 'paused' | 'not-ready' | 'segment-unusable';
  /** One sentence a problem, each with its remedy. */
  problems: string[];
  warnings: string[];
}

// --- signals that several workflows take ---
export const pause = defineSignal<[object?]>('pause');
export const resume = defineSignal<[object?]>('resume');

// --- contactSync ---
export { bypassInput, handoverInput } from '../sync/handover.ts';
export const resyncInput = z.strictObject({ reason: z.string().max(200).optional() });
export const changedInput = z.strictObject({
  source: z.enum(['hubspot', 'salesforce', 'segment', 'page']),
  kind: z.string().max(60),
  at: z.iso.datetime({ offset: true }).optional(),
});
export const emptyInput = z.strictObject({});
export type Resync = z.infer<typeof resyncInput>;
export type Changed = z.infer<typeof changedInput>;

/** What a contact leaves to the one that HubSpot merged it into. */
export const inheritInput = z.strictObject({
  from: hubspotContactId.transform((id) => id as HubSpotContactId),
  link: z.strictObject({ type: z.enum(['Lead', 'Contact']), id: salesforceRecordId.transform((id) => id as SalesforceId), rung: z.enum(rungs) }),
  base: z.record(z.string(), z.string().nullable()),
  baseFields: z.record(z.string(), z.string()).default({}),
});
/** Which record is meant, in a review: its id, `new` for none of them, `ignore` to leave the contact out of the sync. */
export const resolveInput = z.strictObject({
  salesforceId: z.union([z.enum(['new', 'ignore']), z.string().regex(/^(003|00Q)[A-Za-z0-9]{15}$/)], 'expected the id of a Lead or Contact (18 characters), "new" or "ignore"'),
  by,
});
export const forgetInput = z.strictObject({ by });
export type Inherit = z.input<typeof inheritInput>;
export type Resolve = z.infer<typeof resolveInput>;
export type Forget = z.infer<typeof forgetInput>;

export const resync = defineSignal<[Resync?]>('resync');
/** Cancels a pending delete. */
export const keep = defineSignal<[object?]>('keep');
export const inherit = defineSignal<[Inherit]>('inherit');
export const resolve = defineUpdate<ContactAnswer, [Resolve]>('resolve');
export const forget = defineUpdate<{ forgotten: string }, [Forget?]>('forget');
export const changed = defineSignal<[Changed]>('changed');
export const look = defineSignal<[object?]>('look');
export const adopt = defineSignal<[Handover | Bypass]>('adopt');
export const preview = defineUpdate<Preview, [object?]>('preview');
export const state = defineQuery<ContactAnswer>('state');
export const history = defineQuery<PastDecision[]>('history');

export const contactStatuses = [
  'waiting', 'syncing', 'in-sync', 'email-only', 'outside-segment', 'error', 'needs-review', 'paused', 'deleted', 'merged',
] as const;
export type ContactStatus = (typeof contactStatuses)[number];

/** Answer to `state`. Times are ISO 8601 in UTC; `reason` is one sentence and always there. */
export interface ContactAnswer {
  status: ContactStatus;
  reason: string;
  /** What happens next, or what the contact waits for; null where nothing is due. */
  next: string | null;
  since: string;
  name: string | null;
  hubspotId: string;
  salesforce: Link | null;
  /** Null where no inclusion segment is set. */
  segment: { id: string; name: string; member: boolean | null; joinedAt: string | null; checkedAt: string } | null;
  settingsVersion: number;
  origin: { kind: 'sync' | 'import' | 'past-the-gate'; at: string };
  lastSync: { at: string; trigger: string; wrote: { hubspot: string[]; salesforce: string[] } } | null;
  error: { category: ErrorCategory; code: string; message: string; remedy: string; attempts: number; nextAttemptAt: string | null } | null;
  review: { why: string; candidates: SalesforceRef[] } | null;
  mergedInto: string | null;
  /** Other live records with its id or email: reported, never linked. */
  duplicates: SalesforceRef[];
  /** What is going to be deleted, and when, unless somebody sends `keep` or the delete is undone. */
  pendingDelete: { side: 'hubspot' | 'salesforce'; at: string } | null;
  paused: boolean;
  pending: number;
  /** The last signals that could not be understood, each with the reason; at most 5. */
  rejected: { signal: string; fault: string; at: string }[];
}

/** One entry of `history`: a decision that wrote or lost something. Values are cut to 200 characters. */
export interface PastDecision {
  at: string;
  trigger: string;
  summary: string;
  fields: Pick<FieldDecision, 'hubspot' | 'salesforce' | 'action' | 'reason' | 'lost' | 'problem'>[];
}

/** Answer to `preview`: what a sync would do now. */
export interface Preview {
  gate: string;
  wouldSync: boolean;
  summary: string;
  salesforce: string;
  writes: { hubspot: Record<string, string>; salesforce: Record<string, string | number | boolean | null> };
  fields: { hubspot: string; salesforce: string; inHubSpot: string | null; inSalesforce: string | null; action: FieldDecision['action']; reason: string }[];
}

// --- hubspotChanges and salesforceChanges ---
const instant = z.iso.datetime({ offset: true });

/** What happened to a contact in HubSpot: ids and kinds, never values. */
export const hubspotEvent = z.strictObject({
  id: hubspotContactId,
  kind: z.enum(['creation', 'change', 'deletion', 'restore', 'privacy-deletion', 'merge']),
  at: instant,
  /** Of a merge: the contacts that became `id`, the former primary first. */
  merged: z.array(hubspotContactId).max(250).optional(),
});
/** What happened to a Lead or Contact in Salesforce. */
export const salesforceEvent = z.strictObject({
  id: salesforceRecordId,
  object: z.enum(['Lead', 'Contact']),
  kind: z.enum(['create', 'update', 'delete', 'undelete']),
  at: instant,
});
/** One signal per request of a receiver. */
export const hubspotEventsInput = z.strictObject({ events: z.array(hubspotEvent).max(100) });
/** `replay` is how far each channel was read; with `gap` events were lost or carry no ids, so that a poll must follow at once. */
export const salesforceEventsInput = z.strictObject({
  events: z.array(salesforceEvent).max(2_000),
  replay: z.strictObject({ Lead: z.number().int().optional(), Contact: z.number().int().optional() }),
  gap: z.boolean().default(false),
});
export type HubSpotEvent = z.infer<typeof hubspotEvent>;
export type SalesforceEvent = z.infer<typeof salesforceEvent>;
export type HubSpotEvents = z.infer<typeof hubspotEventsInput>;
export type SalesforceEvents = z.input<typeof salesforceEventsInput>;

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

// --- salesforceImport and segmentResync ---
export const importInput = z.strictObject({
  object: z.enum(['Lead', 'Contact', 'both']).default('both'),
  /** A SOQL condition, for example `LeadSource = 'Web'`. */
  where: z.string().max(2000).default(''),
});
export type ImportInput = z.input<typeof importInput>;
export const resyncJobInput = z.strictObject({
  dryRun: z.boolean().default(false),
  /** Of a preview alone: the segment that would be chosen. */
  segmentId: z.string().regex(/^\d+$/, 'expected the id of a segment').optional(),
});
export type ResyncJobInput = z.input<typeof resyncJobInput>;

/** To `resync/<connection>/relabel`: the settings changed, go through the contacts once more. */
export const again = defineSignal<[object?]>('again');
export const progress = defineQuery<ImportProgress | ResyncProgress>('progress');

/** Common to both jobs: where it stands. */
interface JobProgress {
  phase: string;
  paused: boolean;
  startedAt: string;
  finishedAt: string | null;
  /** Records a second since the start, and seconds left where the total is known. */
  perSecond: number;
  secondsLeft: number | null;
  /** Contact workflows created or told, behind the data. */
  workflows: { done: number; waiting: number };
}

/** Counts of an import, or of one of its pages. read = created + alreadyThere + duplicates + skipped + failed. */
export interface ImportCounts {
  read: number;
  created: number;
  alreadyThere: number;
  duplicates: number;
  skipped: Record<string, number>;
  failed: number;
  /** Of the created and those already there: what they are now. They add up. */
  now: { filled: number; filling: number; emailOnly: number; needsReview: number; error: number };
}

/** Answer to `progress` of an import. */
export interface ImportProgress extends JobProgress, ImportCounts {
  job: 'import';
  total: number | null;
}

/** Counts of a resync, or of one of its pages. checked = unchanged + written + signalled + frozen + needsReview + error + waiting + gone. */
export interface ResyncCounts {
  unchanged: number;
  written: number;
  writtenIn: { hubspot: number; salesforce: number };
  createdIn: { hubspot: number; salesforce: number };
  /** Contacts with a workflow of their own, told to sync by themselves. */
  signalled: number;
  frozen: number;
  needsReview: number;
  error: number;
  /** Without an email address, or without a match where the settings create none. */
  waiting: number;
  /** Deleted or merged in HubSpot before their turn. */
  gone: number;
}

/** Answer to `progress` of a resync. */
export interface ResyncProgress extends JobProgress, ResyncCounts {
  job: 'resync';
  scope: string;
  dryRun: boolean;
  total: number | null;
  checked: number;
  /** Of a preview: what choosing the segment, and then resyncing it, would come to. `calls` are the resync's, roughly. */
  choice: { segmentId: string; enter: number; leave: number; calls: { hubspot: number; salesforce: number } } | null;
}
