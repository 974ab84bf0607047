import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import * as z from 'zod';
import type { FieldDecision } from '../../sync/decide.ts';
import type { Bypass, Handover } from '../../sync/handover.ts';
import { lazily } from '../../sync/lazily.ts';
import { rungs, type ErrorCategory, type HubSpotContactId, type Link, type SalesforceId, type SalesforceRef } from '../../sync/records.ts';
import { by, hubspotContactId, salesforceRecordId } from './common.ts';

export { bypassInput, handoverInput } from '../../sync/handover.ts';
export const resyncInput = lazily(() => z.strictObject({ reason: z.string().max(200).optional() }));
export const changedInput = lazily(() => z.strictObject({
  source: z.enum(['hubspot', 'salesforce', 'segment', 'page']),
  kind: z.string().max(60),
  at: z.iso.datetime({ offset: true }).optional(),
  /** Many contacts are told at once: this one's calls may wait for theirs. */
  amongMany: z.boolean().optional(),
}));
export type Resync = z.infer<ReturnType<typeof resyncInput>>;
export type Changed = z.infer<ReturnType<typeof changedInput>>;

/** What a contact leaves to the one that HubSpot merged it into. */
export const inheritInput = lazily(() => z.strictObject({
  from: hubspotContactId().transform((id) => id as HubSpotContactId),
  link: z.strictObject({ type: z.enum(['Lead', 'Contact']), id: salesforceRecordId().transform((id) => id as SalesforceId), rung: z.enum(rungs) }),
  base: z.record(z.string(), z.string().nullable()),
  baseFields: z.record(z.string(), z.string()).default({}),
}));
const decision = 'expected the id of a Lead or Contact (18 characters), "new" or "ignore"';
/** Which record is meant, in a review: its id, `new` for none of them, `ignore` to leave the contact out of the sync. */
export const resolveInput = lazily(() => z.strictObject({
  salesforceId: z.union([z.enum(['new', 'ignore']), z.string().regex(/^(003|00Q)[A-Za-z0-9]{15}$/, decision)], decision),
  by: by(),
}));
export const forgetInput = lazily(() => z.strictObject({ by: by() }));
export type Inherit = z.input<ReturnType<typeof inheritInput>>;
export type Resolve = z.infer<ReturnType<typeof resolveInput>>;
export type Forget = z.infer<ReturnType<typeof forgetInput>>;

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
  error: { category: ErrorCategory; code: string; message: string; remedy: string; firstSeenAt: string; lastSeenAt: string; attempts: number; nextAttemptAt: string | null } | null;
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
