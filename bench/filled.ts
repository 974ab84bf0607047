import type { Client } from '@temporalio/client';
import type { hubspot, salesforce } from '../demo/crm.ts';
import { notFilled, peopleOf, type SalesforceRecord } from '../demo/people.ts';
import { SyncStatus } from '../workflows/search-attributes.ts';

export interface Crms {
  hubspot: ReturnType<typeof hubspot>;
  salesforce: Awaited<ReturnType<typeof salesforce>>;
}

/** Every person once in HubSpot, with all of Salesforce's values; and one workflow each, which says `in-sync`. */
export async function checkFilled({ client, connection, crms, before }: { client: Client; connection: string; crms: Crms; before: readonly SalesforceRecord[] }): Promise<string[]> {
  const contacts = await crms.hubspot.contacts();
  const records = new Map((await crms.salesforce.records()).map((record) => [record.id, record]));
  const byEmail = Map.groupBy(contacts, ({ email }) => email?.toLowerCase() ?? '');
  const problems: string[] = [];
  const people = peopleOf(before, []);
  for (const person of people) {
    const [contact, ...more] = byEmail.get(person.email) ?? [];
    const record = person.record === null ? undefined : records.get(person.record.id);
    if (contact === undefined || more.length > 0) problems.push(`${person.email} stands ${contact === undefined ? 0 : more.length + 1} times in HubSpot`);
    else if (record !== undefined) problems.push(...(notFilled(person, contact, record) ?? []).toString().split('\n').filter((p) => p !== ''));
  }
  if (contacts.length !== people.length) problems.push(`HubSpot has ${contacts.length} contacts for ${people.length} addresses`);
  const inSync = new Set<string>();
  let workflows = 0;
  for await (const { workflowId, searchAttributes, typedSearchAttributes } of client.workflow.list({ query: `WorkflowType = 'contactSync' AND Connection = '${connection}'` })) {
    workflows += 1;
    if (typedSearchAttributes.get(SyncStatus) === 'in-sync') inSync.add(workflowId.split('/').at(-1) ?? '');
    else problems.push(`${workflowId} says ${String(searchAttributes['SyncStatus'])}`);
  }
  if (workflows !== contacts.length) problems.push(`${workflows} workflows for ${contacts.length} contacts`);
  problems.push(...contacts.filter(({ id }) => !inSync.has(id)).map(({ id }) => `contact ${id} has no workflow that says in-sync`));
  return problems;
}
