import { gunzipSync, gzipSync } from 'node:zlib';
import { activityInfo } from '@temporalio/activity';
import * as z from 'zod';
import { handoverInput, type Handover } from '../../sync/handover.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { tellContact } from '../contacts.ts';
import type { World } from '../world.ts';
import { keepingStep, workflowBacklog } from '../first-tasks.ts';
import { reached } from './position.ts';

const handovers = z.array(handoverInput());

/** Handovers of a page as one opaque text: a page's bases would otherwise fill the job's history (about a sixth remains). */
export const pack = (list: readonly Handover[]): string | null => (list.length === 0 ? null : gzipSync(JSON.stringify(list)).toString('base64'));

const unpack = (packed: string): Handover[] => handovers.parse(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')));

/** Starts in flight at once, behind the data. */
const inFlight = 6;

/**
 * Creates or tells the workflow of each contact of a page. Heartbeats how many of the list are done; a retry goes on there.
 * Repeating one is harmless: `adopt` fills only what is not known. `only` limits it to these contacts.
 */
export async function handOver(world: World, input: { packed: string; only: HubSpotContactId[] | null }): Promise<{ done: number }> {
  const only = input.only === null ? null : new Set(input.only);
  const list = unpack(input.packed).filter((h) => only === null || only.has(h.hubspotId));
  const start = z.number().int().catch(0).parse(activityInfo().heartbeatDetails);
  const { version } = await world.settings();
  const inStep = keepingStep(workflowBacklog(world));
  const open = new Set<number>();
  let next = start;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < list.length; index = next++) {
      open.add(index);
      await inStep();
      await tellOne(world, list[index], version);
      open.delete(index);
      reached(Math.min(next, ...open)); // those in flight finish in any order
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return { done: list.length };
}

async function tellOne(world: World, handover: Handover | undefined, version: number): Promise<void> {
  if (handover === undefined) return;
  const { hubspotId, trigger, outcome, settingsVersion } = handover;
  await tellContact(world, hubspotId, { signal: 'adopt', input: handover });
  // Its status is of older settings, and the comparison of statuses that followed them did not meet it.
  if (settingsVersion !== version) await tellContact(world, hubspotId, { signal: 'look' });
  // What passes by itself, a locked record for one, is tried again by the contact's own workflow.
  if (outcome.status === 'error' && outcome.error.category === 'temporary') await tellContact(world, hubspotId, { signal: 'changed', input: { source: 'page', kind: trigger } });
}
