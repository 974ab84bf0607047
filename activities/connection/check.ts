import { activityInfo } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Accounts, Settings } from '../../sync/settings.ts';
import type { Segment } from '../hubspot/index.ts';
import { CrmFailure } from '../crm/failure.ts';
import { tell } from '../failure.ts';
import { workflowIds } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import { remember } from '../remember.ts';
import type { World } from '../world.ts';
import { accountsDiffer } from './accounts.ts';
import type { Schema } from './schema.ts';
import { unfitness } from './segment.ts';

/** Whether a segment can be the inclusion segment; refusals are sentences that say which and why. */
export type SegmentChoice = { kind: 'usable'; id: string; name: string; warnings: string[] } | { kind: 'refused'; why: string };

/** Looks a segment up in HubSpot (S2): only an active contact segment that exists can be chosen. */
export async function readSegment(world: World, { segmentId }: { segmentId: string }): Promise<SegmentChoice> {
  const segment = /^\d+$/.test(segmentId) ? await world.hubspot.segment(segmentId, { lane: 'live' }) : null;
  const why = unfitness(segmentId, segment);
  if (why !== null || segment === null) return { kind: 'refused', why: why ?? '' };
  return { kind: 'usable', id: segment.id, name: segment.name, warnings: trapsOf(segment, await world.schema(await world.settings())) };
}

/** What a check of both accounts found; nothing syncs while there are problems. */
export interface ConnectionCheck {
  accounts: Accounts | null;
  problems: string[];
  warnings: string[];
  /** Of the segment in force: why it can no longer be used (null where it can), and what to know of its criteria. */
  segment: { unusable: string | null; warnings: string[] };
}

const askedEveryMs = 30_000;

/** Signals the connection's workflow to check both accounts. */
export function checkRequester(client: Client, connection: string): () => Promise<void> {
  const ask = remember(askedEveryMs, () => client.workflow.getHandle(workflowIds.connection(connection)).signal(messages.check));
  return () => ask('check');
}

const notLookedAt: ConnectionCheck['segment'] = { unusable: null, warnings: [] };

/**
 * Checks credentials, scopes, permissions, the external id field and the identity of both accounts. A CRM that refuses is a
 * problem with its remedy, not a failure of the check.
 */
export async function checkConnection(world: World, { accounts: belongsTo, mappings, segment }: Pick<Settings, 'accounts' | 'mappings' | 'segment'>): Promise<ConnectionCheck> {
  const call = { lane: 'live' } as const;
  try {
    const accounts = await world.accounts();
    const differ = belongsTo === null ? null : accountsDiffer(belongsTo, accounts);
    if (differ !== null) return { accounts, problems: [differ], warnings: [], segment: notLookedAt };
    const problems = (await Promise.all([world.hubspot.checkAccess(call), world.salesforce.checkAccess(call)])).flat();
    if (problems.length > 0) return { accounts, problems, warnings: [], segment: notLookedAt };
    const schema = await world.schema({ mappings });
    const { skipped, warnings } = schema;
    const { namesDiffer } = await world.owners();
    const now = segment === null ? null : await world.segment(segment.id, Date.now());
    return {
      accounts, problems,
      segment: now?.kind === 'unusable' ? { unusable: now.why, warnings: [] } : { unusable: null, warnings: now === null ? [] : trapsOf(now.segment, schema) },
      warnings: [...skipped.map((s) => `The mapping of ${s.hubspot} to ${s.object}.${s.salesforce} is skipped: ${s.reason}`), ...warnings, ...namesDiffer],
    };
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    const told = tell(error, activityInfo().attempt);
    // What passes by itself says nothing against accounts that were in order: Temporal asks again, and meanwhile all goes on.
    if (belongsTo !== null && told.retry === 'backoff') throw error;
    return { accounts: belongsTo, problems: [`${told.error.message} ${told.error.remedy}`], warnings: [], segment: notLookedAt };
  }
}

/** S1.9: a criterion on a property that Salesforce can change may lock a contact out by a value that Sluice itself wrote. */
function trapsOf({ name, criteria }: Segment, { fields }: Schema): string[] {
  const changeable = new Set([...fields.Lead, ...fields.Contact].filter((f) => f.rule !== 'none' && f.direction !== 'to-salesforce').map((f) => f.hubspot));
  return (criteria ?? []).filter((property) => changeable.has(property)).map((property) =>
    `The inclusion segment "${name}" goes by ${property}, which Salesforce can change: a contact that leaves by such a change stops syncing, and a later change back in Salesforce does not reach HubSpot.`);
}
