import { CrmFailure } from '../crm/failure.ts';
import type { Outcome } from '../crm/failure.ts';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import { systemClock, wait } from '../crm/clock.ts';
import { passes, pauseBefore } from '../crm/repeat.ts';
import type { HubSpotContact } from '../hubspot/index.ts';
import type { World } from '../world.ts';

/** `lookedUp`: it was there once the creation had failed, of whichever attempt it is. */
export type Creation = Outcome<{ contact: HubSpotContact; lookedUp: boolean }>;

const BATCH = 100;
const mostRepeats = 2;

/**
 * Creates contacts with nothing but their email, 100 at a time; answers what became of each. What fails for the moment may have been done all
 * the same: those emails alone are looked up, and who is missing is sent again, twice at most, so that a hiccup costs a call or two and not
 * the reads of the whole page.
 * @throws CrmFailure for what concerns more than these contacts, such as refused credentials.
 */
export async function createMissing(world: World, emails: readonly string[], properties: readonly string[], call: Call): Promise<Map<string, Creation>> {
  const became = new Map<string, Creation>();
  for (const batch of chunks(emails, BATCH)) {
    const began = systemClock.now();
    let left: readonly string[] = batch;
    for (let repeats = 0; left.length > 0; repeats++) {
      const pauses = new Map<string, number>();
      for (const [email, outcome] of await sent(world, left, call)) {
        const pause = outcome.ok || repeats === mostRepeats ? null : pauseBefore(outcome.failure, repeats, systemClock.now() - began);
        if (pause !== null) pauses.set(email, pause);
        else became.set(email, outcome.ok ? { ok: true, contact: outcome.contact, lookedUp: false } : outcome);
      }
      if (pauses.size === 0) break;
      await wait(Math.max(...pauses.values()), systemClock, call.signal);
      const found = await world.hubspot.readContactsByEmail([...pauses.keys()], properties, call);
      for (const [email, contact] of found) became.set(email, { ok: true, contact, lookedUp: true });
      left = [...pauses.keys()].filter((email) => !found.has(email));
    }
  }
  return became;
}

/** A batch that fails as a whole for the moment is told of each of its rows. */
async function sent(world: World, emails: readonly string[], call: Call): Promise<[string, Outcome<{ contact: HubSpotContact }>][]> {
  try {
    const outcomes = await world.hubspot.createContacts(emails.map((email) => ({ email })), call);
    return outcomes.map((outcome, i) => [emails[i] ?? '', outcome]);
  } catch (error) {
    if (!(error instanceof CrmFailure) || !passes(error)) throw error;
    return emails.map((email) => [email, { ok: false, failure: error }]);
  }
}
