import { setTimeout as sleep } from 'node:timers/promises';
import type { SluiceClient } from '../client/sluice-client.ts';
import type { SalesforceRecord } from '../demo/people.ts';
import type { ContactAnswer } from '../workflows/messages.ts';
import type { Crms } from './filled.ts';

const edited = [['jobtitle', 'Title'], ['phone', 'Phone'], ['leadsource', 'LeadSource']] as const;
const editsPerSide = 20;
const deletionsPerSide = 5;

/**
 * 20 edits a side, 5 of them deletions, each of another contact, which is then resynced. All these fields go by "Prefer Salesforce
 * unless blank" and were agreed by the fill, so Salesforce's side wins each time: an edit in HubSpot goes back, one in Salesforce comes over.
 */
export async function checkEdits({ sluice, crms, random }: { sluice: SluiceClient; crms: Crms; random: number }): Promise<string[]> {
  const contacts = new Map((await crms.hubspot.contacts()).map((contact) => [contact.id, contact]));
  const filled = (await crms.salesforce.records()).filter((record) => contacts.has(record.externalId ?? ''));
  const problems: string[] = [];
  let next = random;
  /** Park and Miller's generator: the same edits for the same seed. */
  const pick = (below: number): number => (next = (next * 48_271) % 2_147_483_647) % below;
  const used = new Set<string>();
  for (const side of ['hubspot', 'salesforce'] as const) {
    for (let i = 0; i < editsPerSide; i++) {
      const [property, field] = edited[pick(edited.length)] ?? edited[0];
      const record = draw(filled, used, property, pick);
      if (record === null) return [...problems, `too few contacts with a value of ${property}`];
      const id = record.externalId ?? '';
      const agreed = record.values[property] ?? null;
      const value = i < deletionsPerSide ? '' : property === 'phone' ? `+1 555 01${String(pick(90) + 10)}` : property === 'leadsource' ? 'Web' : `Edited ${pick(1000)}`;
      if (side === 'hubspot') await crms.hubspot.change(id, { [property]: value });
      else await crms.salesforce.change(record, { [field]: value });
      const state = await synced(sluice, id);
      const expected = side === 'hubspot' ? agreed : value === '' ? null : value;
      const found = { hubspot: await crms.hubspot.value(id, property), salesforce: await crms.salesforce.value(record, field) };
      for (const [crm, there] of Object.entries(found)) {
        if ((there ?? '') !== (expected ?? '')) problems.push(`contact ${id}: after ${value === '' ? 'a deletion' : 'an edit'} in ${side} ${property} is "${there ?? ''}" in ${crm} instead of "${expected ?? ''}" (${state.reason})`);
      }
    }
  }
  return problems;
}

/** Resyncs a contact, and waits until it has. */
export async function synced(sluice: SluiceClient, id: string): Promise<ContactAnswer> {
  const before = (await sluice.contact(id)).lastSync?.at;
  await sluice.resyncContact(id, 'edited');
  for (let attempt = 0; attempt < 300; attempt++) {
    const now = await sluice.contact(id);
    if (now.pending === 0 && now.status !== 'syncing' && now.lastSync?.at !== before) return now;
    await sleep(50);
  }
  throw new Error(`contact ${id} was not synced within 15 seconds`);
}

function draw(records: readonly SalesforceRecord[], used: Set<string>, property: string, pick: (below: number) => number): SalesforceRecord | null {
  const left = records.filter((record) => !used.has(record.id) && (record.values[property] ?? null) !== null);
  const record = left[pick(Math.max(1, left.length))];
  if (record === undefined) return null;
  used.add(record.id);
  return record;
}
