import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import * as z from 'zod';
import { isValidEmail } from '../../sync/email.ts';
import { lazily } from '../../sync/lazily.ts';
import type { LaneCalls } from '../../sync/allocation.ts';
import { settingsChange, type SettingsNow } from '../../sync/settings.ts';
import { by } from './common.ts';

export const selectInclusionSegmentInput = lazily(() => z.strictObject({ segmentId: z.string().min(1).max(40), by: by() }));
export const clearInclusionSegmentInput = lazily(() => z.strictObject({ by: by() }));
export const changeSettingsInput = lazily(() => settingsChange().extend({ by: by() }));
export type SelectInclusionSegment = z.infer<ReturnType<typeof selectInclusionSegmentInput>>;
export type ClearInclusionSegment = z.infer<ReturnType<typeof clearInclusionSegmentInput>>;
export type ChangeSettings = z.infer<ReturnType<typeof changeSettingsInput>>;

export const selectInclusionSegment = defineUpdate<SettingsNow, [SelectInclusionSegment]>('selectInclusionSegment');
export const clearInclusionSegment = defineUpdate<SettingsNow, [ClearInclusionSegment?]>('clearInclusionSegment');
export const changeSettings = defineUpdate<SettingsNow, [ChangeSettings]>('changeSettings');
export const settings = defineQuery<SettingsNow>('settings');
export const findSegmentInput = lazily(() => z.strictObject({ name: z.string().min(1).max(200) }));
export const findContactInput = lazily(() => z.strictObject({ email: z.string().refine(isValidEmail, 'expected an email address') }));
export type FindSegment = z.infer<ReturnType<typeof findSegmentInput>>;
export type FindContact = z.infer<ReturnType<typeof findContactInput>>;

/** Look-ups in HubSpot for those who have no credentials of it, such as the command line. They change nothing. */
export const listSegments = defineUpdate<SegmentEntry[], [object?]>('listSegments');
export const findSegment = defineUpdate<{ segmentId: string | null }, [FindSegment]>('findSegment');
export const findContact = defineUpdate<{ hubspotId: string | null }, [FindContact]>('findContact');

/** `met`: what a CRM refused a worker, as a sentence with its remedy; shown where the check itself finds both accounts in order. */
export const checkInput = lazily(() => z.strictObject({ met: z.string().max(2_000).optional() }));
export type Check = z.infer<ReturnType<typeof checkInput>>;
export const check = defineSignal<[Check?]>('check');
/** From an activity that met an unusable segment which the connection takes for usable. */
export const checkSegment = defineSignal<[object?]>('checkSegment');
/** Go on in a new run, so that the old one can be deleted: somebody it speaks of is to be forgotten. */
export const renew = defineSignal<[object?]>('renew');
const number = lazily(() => z.number().int().min(0).max(Number.MAX_SAFE_INTEGER));
const spentPart = lazily(() => z.strictObject({
  calls: z.strictObject({ live: number(), retry: number(), backfill: number() }),
  account: z.strictObject({ used: number(), limit: number(), at: number() }).nullable(),
  refusedUntil: number(),
}));
export const spentInput = lazily(() => z.strictObject({ worker: z.string().min(1).max(100), hubspot: spentPart(), salesforce: spentPart() }));
export type SpentReport = z.infer<ReturnType<typeof spentInput>>;
/** From a worker: the calls it made since its last report, by lane, and what the CRMs' answers said of the accounts. */
export const spent = defineSignal<[SpentReport?]>('spent');
export const health = defineQuery<Health>('health');
/** When the calls of each CRM were made, within the window of its allocation. */
export const usage = defineQuery<Record<'hubspot' | 'salesforce', CallsMade[]>>('usage');

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
  /** API calls of all workers, as they reported them; their last ones may be missing. */
  calls: { hubspot: CallsUsed; salesforce: CallsUsed };
}

/** Calls that were made from one instant to another (ISO), as the workers reported them. */
export interface CallsMade extends LaneCalls {
  from: string;
  until: string;
}

/** Calls of one CRM in the window of its allocation. */
export interface CallsUsed {
  used: number;
  byLane: LaneCalls;
  /** Null until the account's own limit is known, half of which is the default. */
  allowed: number | null;
  windowSeconds: number;
  /** What the CRM's last answers said of the whole account; `at` is ISO. */
  account: { used: number; limit: number; at: string } | null;
}
