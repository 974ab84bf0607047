import { promisify } from 'node:util';
import { brotliCompress, brotliDecompressSync, constants, gunzipSync } from 'node:zlib';
import { activityInfo } from '@temporalio/activity';
import * as z from 'zod';
import { handoverInput, type Handover } from '../../sync/handover.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { handOverTo, tellContact } from '../contacts.ts';
import type { World } from '../world.ts';
import { reached } from './position.ts';

const handovers = z.array(handoverInput());

/** A quarter smaller than gzip's for half as much time again, some 40 µs a contact; beyond it, the time doubles for little. */
const compression = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
/** Says which compression it is: jobs of older versions carry what gzip made. */
const mark = 'br:';

const compressed = promisify(brotliCompress);

/**
 * Handovers of a page as one opaque text: a page's bases would otherwise fill the job's history (of 1.5 KB a contact some 75 characters remain).
 * Compressed beside the main thread, which has other pages to work on.
 */
export const pack = async (list: readonly Handover[]): Promise<string | null> => (list.length === 0 ? null : `${mark}${(await compressed(JSON.stringify(list), compression)).toString('base64')}`);

/** @see pack */
export function unpack(packed: string): Handover[] {
  const bytes = packed.startsWith(mark) ? brotliDecompressSync(Buffer.from(packed.slice(mark.length), 'base64')) : gunzipSync(Buffer.from(packed, 'base64'));
  return handovers.parse(JSON.parse(bytes.toString('utf8')));
}

/** Starts in flight at once, behind the data. */
export const startsInFlight = 6;

/**
 * Creates or tells the workflow of each contact of a page. Heartbeats how many of the list are done; a retry goes on there.
 * Repeating one is harmless: `adopt` fills only what is not known. `only` limits it to these contacts.
 */
export async function handOver(world: World, input: { packed: string; only: HubSpotContactId[] | null }): Promise<{ done: number }> {
  const only = input.only === null ? null : new Set(input.only);
  const list = unpack(input.packed).filter((h) => only === null || only.has(h.hubspotId));
  const start = z.number().int().catch(0).parse(activityInfo().heartbeatDetails);
  const { version } = await world.settings();
  const open = new Set<number>();
  let next = start;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < list.length; index = next++) {
      open.add(index);
      const handover = list[index];
      if (handover !== undefined) await world.step.tell(handover.hubspotId, () => tellOne(world, handover, version));
      open.delete(index);
      reached(Math.min(next, ...open)); // those in flight finish in any order
    }
  };
  await Promise.all(Array.from({ length: startsInFlight }, worker));
  return { done: list.length };
}

async function tellOne(world: World, handover: Handover, version: number): Promise<void> {
  const { hubspotId, trigger, outcome, settingsVersion } = handover;
  await handOverTo(world, handover);
  // Its status is of older settings, and the comparison of statuses that followed them did not meet it.
  if (settingsVersion !== version) await tellContact(world, hubspotId, { signal: 'look' });
  // What passes by itself, a locked record for one, is tried again by the contact's own workflow.
  if (outcome.status === 'error' && outcome.error.category === 'temporary') await tellContact(world, hubspotId, { signal: 'changed', input: { source: 'page', kind: trigger } });
}
