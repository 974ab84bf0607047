import { defineQuery, defineSignal } from '@temporalio/workflow';
import * as z from 'zod';
import { lazily } from '../../sync/lazily.ts';
import { errorCategories } from '../../sync/records.ts';

export const importInput = lazily(() => z.strictObject({
  object: z.enum(['Lead', 'Contact', 'both']).default('both'),
  /** A SOQL condition, for example `LeadSource = 'Web'`. */
  where: z.string().max(2000).default(''),
}));
export type ImportInput = z.input<ReturnType<typeof importInput>>;
/** What needs a person's attention: an error of one of the categories, or a review. */
export const attentionCategories = [...errorCategories, 'needs-review'] as const;
export type AttentionCategory = (typeof attentionCategories)[number];

export const resyncJobInput = lazily(() => z.strictObject({
  dryRun: z.boolean().default(false),
  /** Of a preview alone: the segment that would be chosen. */
  segmentId: z.string().regex(/^\d+$/, 'expected the id of a segment').optional(),
  /** Of `errors` alone: only contacts in error of this category, or `needs-review`. */
  category: z.enum(attentionCategories).optional(),
}));
export type ResyncJobInput = z.input<ReturnType<typeof resyncJobInput>>;

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
  /** For the API's allocation: until when (ISO) it waits, and why; null where it does not. */
  waits: { until: string; why: string } | null;
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
  /** What lists the records: pages of Salesforce's, or a bulk query job of it. `note`: what last came in between, as a sentence. */
  listing: { by: 'pages' | 'bulk query job'; job: string | null; note: string | null };
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
