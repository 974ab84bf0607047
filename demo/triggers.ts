import { setTimeout as sleep } from 'node:timers/promises';
import { workflowIds } from '../workflows/ids.ts';
import type { HubSpotContact, Person, SalesforceRecord } from './people.ts';
import type { Teller } from './step.ts';
import type { Snapshot, World } from './world.ts';

/** Somebody who came by the import, with both records. */
export interface Pair {
  email: string;
  contact: HubSpotContact;
  record: SalesforceRecord;
}

const newTitle = 'Head of Sluices';

/** The first member, or non-member, of those whom the import created. */
export function imported(before: Snapshot, after: Snapshot, member: boolean): Pair {
  const person = before.people.find((one) => one.member === member && one.hubspot === null && one.record !== null);
  const contact = after.people.find(({ email }) => email === person?.email)?.hubspot;
  if (person?.record == null || contact == null) throw new Error(`the seed has no ${member ? 'member' : 'non-member'} that the import created`);
  return { email: person.email, contact, record: person.record } satisfies Pick<Person, 'email'> & Pair;
}

/** The same edit in Salesforce, and the same trigger, for a member and a non-member. */
export async function changeBoth(world: World, member: Pair, other: Pair, { tell, check }: Teller): Promise<void> {
  const { hubspot, salesforce, sluice, temporal } = world;
  for (const { email, record, contact } of [member, other]) {
    await salesforce.change(record, { Title: newTitle });
    tell(`${email}: ${record.type} ${record.id} gets the title "${newTitle}"; signal "changed" to ${workflowIds.contact(sluice.connection, contact.id)}`);
    await temporal.workflow.getHandle(workflowIds.contact(sluice.connection, contact.id))
      .signal('changed', { source: 'salesforce', kind: 'edited' });
  }
  const state = await sluice.settledContact(member.contact.id);
  check("the member's job title in HubSpot", newTitle, (await hubspot.value(member.contact.id, 'jobtitle')) ?? '(blank)');
  tell(`its state: ${state.status}. ${state.reason}`);
  const frozen = await sluice.settledContact(other.contact.id);
  await sleep(1_000);
  check("the non-member's job title in HubSpot", '(blank)', (await hubspot.value(other.contact.id, 'jobtitle')) ?? '(blank)');
  check("the non-member's status", 'email-only', frozen.status);
  check('its reason names the segment', true, frozen.reason.includes('Webmail prospects'));
  tell(`its state: ${frozen.status}. ${frozen.reason} ${frozen.next ?? ''}`);
}

/** Two edits in HubSpot, and a person who sends "resync": the rule "Prefer Salesforce unless blank" takes one and undoes the other. */
export async function resyncOne({ hubspot, salesforce, sluice, webUi }: World, { contact, record, email }: Pair, { tell, check }: Teller): Promise<void> {
  const [fax, phone] = ['555-0142', '555-0199'];
  const phoneInSalesforce = (await salesforce.value(record, 'Phone')) ?? '(blank)';
  await hubspot.change(contact.id, { fax, phone });
  tell(`${email} gets the fax number ${fax}, blank in Salesforce, and another phone number in HubSpot`);
  tell(`signal "resync" to ${webUi(workflowIds.contact(sluice.connection, contact.id))}`);
  await sluice.resyncContact(contact.id, 'shown in the demo');
  await sluice.settledContact(contact.id);
  check('its fax number in Salesforce', fax, (await salesforce.value(record, 'Fax')) ?? '(blank)');
  check('its phone number in HubSpot, where Salesforce is preferred', phoneInSalesforce, (await hubspot.value(contact.id, 'phone')) ?? '(blank)');
}

/** Anybody can ask why a contact stands where it stands. */
export async function queryState({ sluice }: World, { contact, record }: Pair, { tell, check }: Teller): Promise<void> {
  const state = await sluice.contact(contact.id);
  for (const line of JSON.stringify(state, null, 2).split('\n')) tell(line);
  check('status', 'in-sync', state.status);
  check('Salesforce record', record.id, state.salesforce?.id ?? 'none');
  check('member of the segment', true, state.segment?.member === true);
  check('asked for by', 'resync: shown in the demo', state.lastSync?.trigger ?? 'nobody');
  check('fields written in Salesforce', 'Fax', state.lastSync?.wrote.salesforce.join(', ') ?? '');
  check('properties written in HubSpot', 'phone', state.lastSync?.wrote.hubspot.join(', ') ?? '');
}
