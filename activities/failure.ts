import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { safeMessage, type RetryPolicy } from '../sync/errors.ts';
import type { SalesforceId, SalesforceRef, SyncError } from '../sync/records.ts';
import { CrmFailure } from './crm/failure.ts';
import { verdictOf } from './crm/verdict.ts';

/** What crosses to a workflow as the first detail of a failure. */
export interface ToldFailure {
  error: SyncError;
  retry: RetryPolicy;
  retryAfterMs: number | null;
  /** The table knows neither code nor status: after a few attempts it waits for a change. */
  unknown?: true;
  /** Why the whole connection is held since, by its own check of both accounts. */
  held?: string;
  /** Records that Salesforce named as the same person. */
  candidates?: SalesforceRef[];
}

/** A CRM's failure with its class, category and remedy (`sync/errors.ts`). `attempts` counts failures in a row, this one included. */
export function tell(failure: CrmFailure, attempts = 1): ToldFailure {
  const { code, status, message, detail, retryAfterMs, duplicates } = failure;
  const verdict = verdictOf(failure, attempts);
  const words = safeMessage(detail ?? '');
  const said = words === '' || message.includes(words) ? message : `${message} ${words}`;
  const candidates = duplicates.flatMap(({ type, id }): SalesforceRef[] => (type === 'Lead' || type === 'Contact' ? [{ type, id: id as SalesforceId }] : []));
  return {
    error: { category: verdict.category, code: code ?? (status === null ? 'NETWORK' : String(status)), message: said, remedy: verdict.remedy },
    retry: verdict.retry, retryAfterMs, ...(!verdict.known && { unknown: true as const }), ...(candidates.length > 0 && { candidates }),
  };
}

/** How long a page waits where a person or a lock has to come first: a job does not end for that. For the API's allowance it waits by itself, and shows it. */
const pageWaitsMs: Record<RetryPolicy, number | null> = { backoff: 0, allowance: null, hold: 60_000, hourly: 3_600_000, 'on-change': null };

/** Who repeats what an activity failed with: a contact's workflow, which shows its waits and ends them for a trigger; Temporal, for what passes soon; Temporal, for as long as it takes. */
export type Patience = 'none' | 'short' | 'endless';

/** What the connection does about a refusal before it is told. */
export interface Heed {
  /** Credentials or scopes: why nothing may sync now, or null where the connection's check finds both accounts in order. */
  refused(told: ToldFailure): Promise<string | null>;
  /** A field is gone: whether its mapping is suspended by now, so that the same work will do without it. */
  fieldGone(): Promise<boolean>;
}

/** Casts whatever an activity throws into a typed failure, to be repeated by whom `patience` says, and not sooner than the server asked for. */
async function cast(error: unknown, patience: Patience, heed: Heed): Promise<unknown> {
  if (!(error instanceof CrmFailure)) return error;
  const told = tell(error, activityInfo().attempt);
  const { class: name } = verdictOf(error);
  if (name === 'property-mapping' && (await heed.fieldGone())) {
    return ApplicationFailure.create({ type: told.error.category, message: `${told.error.message} Its mapping is suspended, and the rest goes on.`, details: [{ ...told, retry: 'backoff' } satisfies ToldFailure] });
  }
  if (told.retry === 'hold') {
    const held = await heed.refused(told);
    if (held !== null) told.held = held;
  }
  const waitsMs = patience === 'endless' ? pageWaitsMs[told.retry] : patience === 'short' && told.retry === 'backoff' ? 0 : null;
  const delayMs = Math.max(waitsMs ?? 0, told.retryAfterMs ?? 0);
  return ApplicationFailure.create({
    type: told.error.category, message: `${told.error.message} ${told.error.remedy}`, nonRetryable: waitsMs === null, details: [told],
    ...(delayMs > 0 && { nextRetryDelay: delayMs }),
  });
}

/** The same activities, with what they throw cast. */
export function casting<A extends Record<string, (...args: never[]) => Promise<unknown>>>(activities: A, patience: Patience, heed: Heed): A {
  const wrapped = Object.entries(activities).map(([name, run]) => [name, async (...args: never[]) => {
    try {
      return await run(...args);
    } catch (error) {
      throw await cast(error, patience, heed);
    }
  }]);
  return Object.fromEntries(wrapped) as A;
}
