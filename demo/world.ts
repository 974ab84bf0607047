import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { SluiceClient } from '../client/sluice-client.ts';
import type { hubspot, salesforce } from './crm.ts';
import { peopleOf, type HubSpotContact, type Person, type SalesforceRecord } from './people.ts';

/** What the steps work with. */
export interface World {
  sluice: SluiceClient;
  temporal: Client;
  hubspot: ReturnType<typeof hubspot>;
  salesforce: Awaited<ReturnType<typeof salesforce>>;
  /** Write calls that both sandboxes counted so far. */
  writeCalls: () => Promise<{ hubspot: number; salesforce: number }>;
  /** A page of Temporal's Web UI. */
  webUi: (workflowId: string) => string;
}

/** Both CRMs at one moment. */
export interface Snapshot {
  contacts: HubSpotContact[];
  records: SalesforceRecord[];
  people: Person[];
}

/** Reads both CRMs. */
export async function snapshot({ hubspot, salesforce }: World): Promise<Snapshot> {
  const [contacts, records] = await Promise.all([hubspot.contacts(), salesforce.records()]);
  return { contacts, records, people: peopleOf(records, contacts) };
}

/** How many contacts or records of `then` are gone or were modified since. */
export function touched(then: readonly { id: string; updatedAt?: string; modifiedAt?: string }[], now: readonly { id: string; updatedAt?: string; modifiedAt?: string }[]): number {
  const stamps = new Map(now.map((row) => [row.id, row.updatedAt ?? row.modifiedAt]));
  return then.filter((row) => stamps.get(row.id) !== (row.updatedAt ?? row.modifiedAt)).length;
}

/** Waits until the connection has checked both accounts; at most 30 s. */
export async function checked(sluice: SluiceClient): Promise<void> {
  const deadline = Date.now() + 30_000;
  while ((await sluice.health()).status === 'not-ready' && Date.now() < deadline) await sleep(200);
}
