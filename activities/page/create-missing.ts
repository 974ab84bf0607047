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
const repeats = 2;

/**
 * Creates contacts with nothing but their email, 100 at a time; answers what became of each. What fails for the moment may have been done all
 * the same: those emails alone are looked up, and who is missing is sent again, twice at most, so that a hiccup costs a call or two and not
 * the reads of the whole page.
 * @throws CrmFailure for what concerns more than these contacts, such as refused credentials.
 */
export async function createMissing(world: World, emails: readonly string[], properties: readonly string[], call: Call): Promise<Map<string, Creation>> {
  const became = new Map<string, Creation>();
  for (const batch of chunks(emails, BATCH)) {
    let left: readonly string[] = batch;
    for (let repeated = 0; left.length > 0; repeated++) {
      const failed = new Map<string, CrmFailure>();
      for (const [email, outcome] of await sent(world, left, call)) {
        if (outcome.ok) became.set(email, { ok: true, contact: outcome.contact, lookedUp: false });
        else if (repeated < repeats && passes(outcome.failure)) failed.set(email, outcome.failure);
        else became.set(email, outcome);
      }
      left = [...failed.keys()];
      const [failure] = failed.values();
      if (failure === undefined) break;
      await wait(pauseBefore(failure, repeated), systemClock, call.signal);
      for (const [email, contact] of await world.hubspot.readContactsByEmail(left, properties, call)) became.set(email, { ok: true, contact, lookedUp: true });
      left = left.filter((email) => !became.has(email));
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
