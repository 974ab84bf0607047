import { ApplicationFailure } from '@temporalio/common';
import type { Lane } from '../../sync/allocation.ts';
import type { Accounts, Settings, SettingsNow } from '../../sync/settings.ts';
import type { HubSpot } from '../hubspot/index.ts';
import type { Salesforce } from '../salesforce/index.ts';
import { remember } from '../remember.ts';
import type { World } from '../world.ts';

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

/** Why nothing may sync now, or null. Where the connection is not ready neither CRM is called for it. */
export async function heldReason(settings: Settings, worker: { accounts(): Promise<Accounts> }): Promise<{ hold: 'paused' | 'not-ready'; reason: string } | null> {
  if (!settings.ready || settings.accounts === null) return { hold: 'not-ready', reason: settings.problems[0] ?? 'The accounts have not been checked yet.' };
  const differ = accountsDiffer(settings.accounts, await worker.accounts());
  if (differ !== null) return { hold: 'not-ready', reason: differ };
  return settings.paused ? { hold: 'paused', reason: `The connection "${settings.connection}" is paused.` } : null;
}

/**
 * The settings, for a page that calls a CRM in this lane. A pause stops no reading, unless `pauseStops` it.
 *
 * @throws ApplicationFailure while the connection is held, AllowanceSpent where the lane has no room.
 */
export async function settingsIfReady(world: Pick<World, 'settings' | 'accounts' | 'allowances'>, lane: Lane, { pauseStops = false } = {}): Promise<SettingsNow> {
  const now = await world.settings();
  const held = await heldReason(now, world);
  if (held !== null && (pauseStops || held.hold === 'not-ready')) throw heldFailure(held);
  world.allowances.admit(lane);
  return now;
}

/** How a page or a feed says that it is held: it waits until a person resumes the connection, or has put the accounts right. Asking costs no call. */
export const heldFailure = ({ hold, reason }: { hold: 'paused' | 'not-ready'; reason: string }): ApplicationFailure =>
  ApplicationFailure.create({ message: reason, type: hold === 'paused' ? 'ConnectionPaused' : 'ConnectionNotReady', nextRetryDelay: hold === 'paused' ? '5s' : '10s' });
