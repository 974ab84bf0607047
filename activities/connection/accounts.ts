import { ApplicationFailure } from '@temporalio/common';
import type { Accounts, Settings } from '../../sync/settings.ts';
import type { HubSpot } from '../hubspot/index.ts';
import type { Salesforce } from '../salesforce/index.ts';
import { remember } from '../remember.ts';

export const rememberedMs = 60_000;

/** Where this worker is logged in, at most a minute old: HubSpot's account-info (one call) and the Salesforce token's identity. */
export function accountReader(hubspot: HubSpot, salesforce: Salesforce): () => Promise<Accounts> {
  const read = remember(rememberedMs, async (): Promise<Accounts> => {
    const [{ portalId }, { organizationId }] = await Promise.all([hubspot.account({ lane: 'live' }), salesforce.identity({ lane: 'live' })]);
    return { hubspotPortalId: portalId, salesforceOrgId: organizationId };
  });
  return () => read('accounts');
}

/** The sentence for a worker that is logged in elsewhere than the connection's state belongs to; null where they agree. */
export function accountsDiffer(belongsTo: Accounts, loggedIn: Accounts): string | null {
  if (belongsTo.hubspotPortalId === loggedIn.hubspotPortalId && belongsTo.salesforceOrgId === loggedIn.salesforceOrgId) return null;
  const name = (a: Accounts) => `HubSpot portal ${a.hubspotPortalId} and Salesforce org ${a.salesforceOrgId}`;
  return `This connection belongs to ${name(belongsTo)}, but the worker is logged in to ${name(loggedIn)}: give the worker the credentials of the first pair, or use another connection (SLUICE_CONNECTION) or a new data directory for the second.`;
}

/** Why nothing may sync now, or null. */
export function heldReason(settings: Settings, loggedIn: Accounts): { hold: 'paused' | 'not-ready'; reason: string } | null {
  if (!settings.ready || settings.accounts === null) return { hold: 'not-ready', reason: settings.problems[0] ?? 'The accounts have not been checked yet.' };
  const differ = accountsDiffer(settings.accounts, loggedIn);
  if (differ !== null) return { hold: 'not-ready', reason: differ };
  return settings.paused ? { hold: 'paused', reason: `The connection "${settings.connection}" is paused.` } : null;
}

/** How a page says that it is held: it waits out a pause, and ends its job where a person has to put the accounts right. */
export function heldFailure({ hold, reason }: { hold: 'paused' | 'not-ready'; reason: string }): ApplicationFailure {
  return hold === 'paused'
    ? ApplicationFailure.create({ message: reason, type: 'ConnectionPaused', nextRetryDelay: '5s' })
    : ApplicationFailure.nonRetryable(reason, 'ConnectionNotReady');
}
