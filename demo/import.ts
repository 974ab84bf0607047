import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../client/sluice-client.ts';
import { notEmailOnly, notFilled, type Person } from './people.ts';
import type { Teller } from './step.ts';
import { snapshot, touched, type Snapshot, type World } from './world.ts';

/** The sandbox evaluates its segments within a second; in HubSpot nobody knows how long it takes, so that the usual waits are longer. */
const hurry = { settleWindowMs: 1_000, looksAfterSeconds: [2, 4] };
const mostWaitMs = 20_000;

/** Import brings email addresses, fill brings the rest to members. */
export async function importAndFill(world: World, before: Snapshot, teller: Teller): Promise<Snapshot> {
  const { sluice } = world;
  const { tell, check } = teller;
  await sluice.changeSettings({ ...hurry, by: 'demo' });
  const { workflowId } = await sluice.startImport({ object: 'both' });
  tell(`${workflowId} runs: ${world.webUi(workflowId)}`);
  let last: Progress | null = null;
  let phase = '';
  for await (const progress of sluice.watch(workflowId)) {
    const name = progress.phase.replace(/ \(.*/, '');
    if (name !== phase) tell(name);
    phase = name;
    last = progress;
  }
  if (last?.job !== 'import') throw new Error('the import gave no result');

  const { people } = before;
  const missing = people.filter((person) => person.hubspot === null);
  const members = people.filter(({ member }) => member);
  const clear = members.filter(({ record }) => record !== null);
  check('Salesforce records read', before.records.length, last.read);
  check('contacts created', missing.length, last.created);
  check('records skipped for want of an email', before.records.filter(({ email }) => email === null).length, last.skipped['no-email'] ?? 0);
  check('members that Sluice fills, or leaves to a person', members.length, last.now.filled + last.now.filling + last.now.needsReview);
  check('non-members that Sluice calls email-only', people.length - members.length, last.now.emailOnly);

  // A member that joined a moment before its look is filled by its own workflow.
  const inSync = async (): Promise<number> => (await sluice.listContacts({ status: 'in-sync', limit: 1 })).total;
  for (const deadline = Date.now() + mostWaitMs; last.now.filling > 0 && (await inSync()) < clear.length && Date.now() < deadline; ) await sleep(500);
  check('members that Sluice calls in-sync', clear.length, await inSync());
  check('members whose record is not clear, which Sluice leaves to a person', members.length - clear.length, (await sluice.listContacts({ status: 'needs-review', limit: 1 })).total);

  tell('read back from both CRMs:');
  const after = await snapshot(world);
  check('contacts in HubSpot', before.contacts.length + missing.length, after.contacts.length);
  check('email addresses in HubSpot that two contacts have', 0, after.contacts.length - new Set(after.contacts.map(({ email }) => email?.toLowerCase())).size);
  await checkMembers(world, before, after, teller);
  await checkOthers(world, before, after, teller);
  return after;
}

const contactOf = (after: Snapshot, { email }: Person): Snapshot['contacts'][number] | null => after.people.find((person) => person.email === email)?.hubspot ?? null;

async function checkMembers({ hubspot, sluice }: World, before: Snapshot, after: Snapshot, { tell, check }: Teller): Promise<void> {
  const members = before.people.filter(({ member }) => member);
  const segment = (await sluice.settings()).segment?.id ?? '';
  const inSegment = await hubspot.members(segment);
  check('contacts that HubSpot counts as members', members.length, inSegment.size);
  const clear = members.filter(({ record }) => record !== null);
  const faults = clear.flatMap((person) => {
    const contact = contactOf(after, person);
    const record = after.records.find(({ id }) => id === person.record?.id);
    const fault = contact === null || record === undefined ? `${person.email} is missing` : notFilled(person, contact, record);
    return fault === null ? [] : [fault];
  });
  check('members with their Salesforce values in HubSpot', clear.length, clear.length - faults.length);
  if (faults.length > 0) tell(`for example, ${faults[0]}`);
  const shown = clear.find(({ hubspot }) => hubspot === null);
  const values = shown === undefined ? null : contactOf(after, shown)?.values;
  tell(`a member: ${shown?.email}, ${['firstname', 'lastname', 'jobtitle', 'company', 'phone', 'city'].map((name) => values?.[name] ?? '(blank)').join(', ')}`);
}

async function checkOthers({ hubspot }: World, before: Snapshot, after: Snapshot, { tell, check }: Teller): Promise<void> {
  const others = before.people.filter(({ member }) => !member);
  const writable = await hubspot.writableProperties();
  const created = others.filter((person) => person.hubspot === null);
  const faults = created.flatMap((person) => {
    const contact = contactOf(after, person);
    const fault = contact === null ? `${person.email} is missing` : notEmailOnly(contact, writable);
    return fault === null ? [] : [fault];
  });
  check('non-members created with their email only', created.length, created.length - faults.length);
  if (faults.length > 0) tell(`for example, ${faults[0]}`);
  const known = others.flatMap((person) => (person.hubspot === null ? [] : [person.hubspot]));
  check(`non-members among the ${known.length} that were there before, changed in HubSpot`, 0, touched(known, after.contacts));
  check('records of non-members changed in Salesforce', 0, touched(others.flatMap(({ records }) => records), after.records));
  check('records of non-members that carry a HubSpot id', 0, after.people.filter(({ member }) => !member).flatMap(({ records }) => records).filter(({ externalId }) => externalId !== null).length);
  const shown = created[0];
  const contact = shown === undefined ? null : contactOf(after, shown);
  tell(`a non-member: ${shown?.email}, ${['firstname', 'lastname', 'jobtitle', 'company', 'phone', 'city'].map((name) => contact?.values[name] ?? '(blank)').join(', ')}`);
}
