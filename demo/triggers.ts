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
const asked = 'resync: shown in the demo';

/** The first member, or non-member, of those whom the import created. */
export function imported(before: Snapshot, after: Snapshot, member: boolean): Pair {
  const person = before.people.find((one) => one.member === member && one.hubspot === null && one.record !== null);
  const contact = after.people.find(({ email }) => email === person?.email)?.hubspot;
  if (person?.record == null || contact == null) throw new Error(`the seed has no ${member ? 'member' : 'non-member'} that the import created`);
  return { email: person.email, contact, record: person.record } satisfies Pick<Person, 'email'> & Pair;
}

/** A person's same edit in Salesforce for a member and a non-member; nobody asks for a sync. */
export async function changeBoth({ hubspot, salesforce, sluice }: World, member: Pair, other: Pair, { tell, check }: Teller): Promise<void> {
  for (const { email, record } of [member, other]) {
    await salesforce.edit(record, { Title: newTitle });
    tell(`${email}: somebody gives ${record.type} ${record.id} the title "${newTitle}"`);
  }
  check("the member's job title in HubSpot", newTitle, await arrived(() => hubspot.value(member.contact.id, 'jobtitle'), newTitle));
  const state = await sluice.settledContact(member.contact.id);
  tell(`its state: ${state.status}. ${state.reason} Asked for by ${state.lastSync?.trigger ?? 'nobody'}.`);
  const frozen = await sluice.settledContact(other.contact.id);
  await sleep(1_000);
  check("the non-member's job title in HubSpot", '(blank)', (await hubspot.value(other.contact.id, 'jobtitle')) ?? '(blank)');
  check("the non-member's status", 'email-only', frozen.status);
  check('its reason names the segment', true, frozen.reason.includes('Webmail prospects'));
  tell(`its state: ${frozen.status}. ${frozen.reason} ${frozen.next ?? ''}`);
}

/** Two edits in HubSpot: the rule "Prefer Salesforce unless blank" takes one over and undoes the other. */
export async function changeInHubSpot({ hubspot, salesforce }: World, { contact, record, email }: Pair, { tell, check }: Teller): Promise<void> {
  const [fax, phone] = ['555-0142', '555-0199'];
  const phoneInSalesforce = (await salesforce.value(record, 'Phone')) ?? '(blank)';
  await hubspot.edit(contact.id, { fax, phone });
  tell(`${email}: somebody enters the fax number ${fax}, blank in Salesforce, and another phone number in HubSpot`);
  check('its fax number in Salesforce', fax, await arrived(() => salesforce.value(record, 'Fax'), fax));
  check('its phone number in HubSpot, where Salesforce is preferred', phoneInSalesforce, await arrived(() => hubspot.value(contact.id, 'phone'), phoneInSalesforce));
}

/** A person may ask for a sync at any time; where both sides agree it writes nothing. */
export async function resyncOne({ sluice, webUi, writeCalls }: World, { contact }: Pair, { tell, check }: Teller): Promise<void> {
  await sluice.settledContact(contact.id);
  const before = await writeCalls();
  tell(`signal "resync" to ${webUi(workflowIds.contact(sluice.connection, contact.id))}`);
  await sluice.resyncContact(contact.id, 'shown in the demo');
  await arrived(async () => (await sluice.contact(contact.id)).lastSync?.trigger ?? null, asked);
  const after = await writeCalls();
  check('write calls meanwhile', before.hubspot + before.salesforce, after.hubspot + after.salesforce);
}

/** The value once it is there, within 20 seconds; else as it is then. */
async function arrived(read: () => Promise<string | null>, expected: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await read()) === expected) return expected;
    await sleep(200);
  }
  return (await read()) ?? '(blank)';
}

/** Anybody can ask why a contact stands where it stands. */
export async function queryState({ sluice }: World, { contact, record }: Pair, { tell, check }: Teller): Promise<void> {
  const state = await sluice.contact(contact.id);
  for (const line of JSON.stringify(state, null, 2).split('\n')) tell(line);
  check('status', 'in-sync', state.status);
  check('Salesforce record', record.id, state.salesforce?.id ?? 'none');
  check('member of the segment', true, state.segment?.member === true);
  check('asked for by', asked, state.lastSync?.trigger ?? 'nobody');
  const history = await sluice.contactHistory(contact.id);
  check('its history tells of the fax number', true, history.some(({ fields }) => fields.some((f) => f.salesforce === 'Fax' && f.action === 'to-salesforce')));
}
