import { ApplicationFailure } from '@temporalio/common';
import type { DeleteOutcome, PairDelete, PairReading, PairWrite, WriteOutcome } from '../../sync/pair.ts';
import type { Lane } from '../../sync/allocation.ts';
import type { Inherit } from '../../workflows/messages.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { openWindow } from '../crm/window.ts';
import { tellContact } from '../contacts.ts';
import type { World } from '../world.ts';
import { deletePair } from './delete.ts';
import { readPairs, type ReadRequest } from './read.ts';
import { evidenceAgeMs, writePairs } from './write.ts';

const windowMs = 50;
/** A HubSpot batch with histories takes 50, and a Salesforce collection 200. */
const atMost = 50;
const call = { lane: 'live' } as const;

/** The live lane's activities: one contact each, sharing batches with whatever falls into the same 50 ms. */
export function liveActivities(world: World) {
  const reading = (lane: Lane) => openWindow<ReadRequest, PairReading>({ windowMs, atMost, load: (requests) => readPairs(world, requests, { lane }) });
  const [read, readAgain] = [reading('live'), reading('retry')];
  const write = openWindow<PairWrite, WriteOutcome>({ windowMs, atMost, load: (writes) => writePairs(world, writes, call, evidenceAgeMs.live) });
  return {
    /** Both sides of one contact as they are now, with the membership and its evidence. */
    readPair: (request: ReadRequest): Promise<PairReading> => (request.retry ? readAgain : read)(request),
    /** Sends one decision; answers which fields were confirmed, or why not. */
    writePair: (request: PairWrite): Promise<WriteOutcome> => write(request),
    /** Tells another contact's workflow to look again, with what it inherits, and starts it where there is none. */
    tellContact: async ({ hubspotId, kind, inheritance }: { hubspotId: HubSpotContactId; kind: string; inheritance?: Inherit | null }): Promise<void> => {
      if (!/^\d+$/.test(hubspotId)) throw ApplicationFailure.nonRetryable(`"${hubspotId}" is no HubSpot contact id.`);
      await tellContact(world, hubspotId, inheritance == null ? { signal: 'changed', input: { source: 'hubspot', kind } } : { signal: 'inherit', input: inheritance });
    },
    deletePair: (request: PairDelete): Promise<DeleteOutcome> => deletePair(world, request),
  };
}
