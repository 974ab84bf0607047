import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { DeleteOutcome, PairDelete, PairWrite, WriteOutcome } from '../../sync/pair.ts';
import type { Lane } from '../../sync/allocation.ts';
import type { Inherit } from '../../workflows/messages.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { tellReading, type ToldReading } from '../../sync/told-reading.ts';
import { openWindow, type WindowOptions } from '../crm/window.ts';
import { tellContact } from '../contacts.ts';
import type { World } from '../world.ts';
import { deletePair } from './delete.ts';
import { readPairs, type ReadRequest } from './read.ts';
import { evidenceAgeMs, writePairs } from './write.ts';

type Window = Pick<WindowOptions<never, never>, 'windowMs' | 'quietMs'>;

const alone: Window = { windowMs: 50 };
/** Of many contacts that were told at once: their calls wait for each other, and a write no longer than its evidence stays fresh. */
const many: Record<'read' | 'write', Window> = { read: { windowMs: 3_000, quietMs: 500 }, write: { windowMs: 1_500, quietMs: 300 } };
/** A HubSpot batch with histories takes 50, and a Salesforce collection 200. */
const atMost = 50;
const call = { lane: 'live' } as const;

/** One of many contacts that were told at once. */
export interface AmongMany {
  amongMany?: boolean;
}

/** The live lane's activities: one contact each, sharing batches with whatever falls into the same 50 ms. */
export function liveActivities(world: World) {
  const reading = (lane: Lane, window: Window) => openWindow<ReadRequest, ToldReading>({ ...window, atMost, load: async (requests) => (await readPairs(world, requests, { lane })).map(tellReading) });
  const [read, readAgain, readMany] = [reading('live', alone), reading('retry', alone), reading('live', many.read)];
  const writing = (window: Window) => openWindow<PairWrite, WriteOutcome>({ ...window, atMost, load: (writes) => writePairs(world, writes, call, evidenceAgeMs.live) });
  const [write, writeMany] = [writing(alone), writing(many.write)];
  return {
    /** Both sides of one contact as they are now, with the membership and its evidence. */
    readPair: (request: ReadRequest & AmongMany): Promise<ToldReading> => {
      if (request.retry) return readAgain(request);
      if (request.amongMany) return readMany(request);
      world.step.single();
      return read(request);
    },
    /** Sends one decision; answers which fields were confirmed, or why not. */
    writePair: async (request: PairWrite & AmongMany): Promise<WriteOutcome> => {
      const outcome = await (request.amongMany ? writeMany : write)(request);
      return outcome.kind === 'stale' && activityInfo().attempt > 1 ? { ...outcome, mayHaveLanded: true } : outcome;
    },
    /** Tells another contact's workflow to look again, with what it inherits, and starts it where there is none. */
    tellContact: async ({ hubspotId, kind, inheritance }: { hubspotId: HubSpotContactId; kind: string; inheritance?: Inherit | null }): Promise<void> => {
      if (!/^\d+$/.test(hubspotId)) throw ApplicationFailure.nonRetryable(`"${hubspotId}" is no HubSpot contact id.`);
      await tellContact(world, hubspotId, inheritance == null ? { signal: 'changed', input: { source: 'hubspot', kind } } : { signal: 'inherit', input: inheritance });
    },
    deletePair: (request: PairDelete): Promise<DeleteOutcome> => deletePair(world, request),
  };
}
