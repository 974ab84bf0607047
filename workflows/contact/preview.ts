import { gate } from '../../sync/gate.ts';
import { describeRef, type PairReading } from '../../sync/pair.ts';
import { decidePair, hindrance } from '../../sync/plan.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import type { Preview } from '../messages.ts';
import type { LiveActivities } from './activities.ts';
import { read } from './pass.ts';
import type { ContactState } from './state.ts';

/** What a sync would do now, field by field. Reads both CRMs and writes nothing; changes no state. */
export async function previewPair(activities: LiveActivities, s: ContactState, hubspotId: HubSpotContactId): Promise<Preview> {
  const nothing = { wouldSync: false, salesforce: 'not read', writes: { hubspot: {}, salesforce: {} }, fields: [] };
  // What is read would stand in the history.
  if (s.forgotten !== null) return { ...nothing, gate: 'not reached', summary: s.forgotten.why };
  const reading = await read(activities, s, hubspotId);
  switch (reading.kind) {
    case 'held':
    case 'deleted':
      return { ...nothing, gate: 'not reached', summary: reading.reason };
    case 'merged':
      return { ...nothing, gate: 'not reached', summary: `Merged in HubSpot into contact ${reading.into}.` };
    case 'pair':
      break;
  }
  const passage = gate(reading.membership);
  const { match } = reading;
  // Until then its record is not even looked for.
  if (reading.settlesAt !== null) return { ...nothing, gate: passage.reason, summary: 'A property of the segment\'s criteria changed just now: ask again in a few seconds.' };
  const hindered = hindrance(reading);
  if (hindered !== null) return { ...nothing, gate: passage.reason, summary: hindered.kind === 'review' ? hindered.why : hindered.reason };
  const decision = decidePair(reading, s);
  const open = passage.kind === 'open';
  return {
    gate: passage.reason,
    wouldSync: open,
    summary: open ? decision.summary : `Nothing would be written: ${passage.reason}`,
    salesforce: recordIn(match, s, open ? `A ${reading.createAs} would be created.` : 'Not looked for while it may not sync.'),
    writes: open ? { hubspot: decision.hubspot, salesforce: decision.salesforce } : { hubspot: {}, salesforce: {} },
    fields: decision.fields.map((f, i) => ({
      hubspot: f.hubspot, salesforce: f.salesforce, action: open ? f.action : 'none', reason: f.reason,
      inHubSpot: reading.fields[i]?.h.text ?? null, inSalesforce: reading.fields[i]?.s.text ?? null,
    })),
  };
}

/** The record of the pair, in words. */
function recordIn(match: Extract<PairReading, { kind: 'pair' }>['match'], { link }: ContactState, otherwise: string): string {
  const known = match.kind === 'linked' ? match.record.link : link;
  return known === null ? otherwise : `${describeRef(known)}, matched by ${known.rung}`;
}
