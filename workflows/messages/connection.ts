import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import * as z from 'zod';
import { isValidEmail } from '../../sync/email.ts';
import { lazily } from '../../sync/lazily.ts';
import { settingsChange, type Settings } from '../../sync/settings.ts';
import { by } from './common.ts';

export const selectInclusionSegmentInput = lazily(() => z.strictObject({ segmentId: z.string().min(1).max(40), by: by() }));
export const clearInclusionSegmentInput = lazily(() => z.strictObject({ by: by() }));
export const changeSettingsInput = lazily(() => settingsChange().extend({ by: by() }));
export type SelectInclusionSegment = z.infer<ReturnType<typeof selectInclusionSegmentInput>>;
export type ClearInclusionSegment = z.infer<ReturnType<typeof clearInclusionSegmentInput>>;
export type ChangeSettings = z.infer<ReturnType<typeof changeSettingsInput>>;

export const selectInclusionSegment = defineUpdate<Settings, [SelectInclusionSegment]>('selectInclusionSegment');
export const clearInclusionSegment = defineUpdate<Settings, [ClearInclusionSegment?]>('clearInclusionSegment');
export const changeSettings = defineUpdate<Settings, [ChangeSettings]>('changeSettings');
export const settings = defineQuery<Settings>('settings');
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
