import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import * as z from 'zod';
import { createSluiceClient, type SluiceClient } from '../../client/sluice-client.ts';
import { checked } from '../../demo/world.ts';
import { dataConverter } from '../../worker/encryption/data-converter.ts';
import { startStack, type Stack } from '../../worker/stack.ts';
import { crms, workflowIds, type Crm } from '../../workflows/ids.ts';
import * as messages from '../../workflows/messages.ts';
import { hearComplaints } from './complaints.ts';
import { control, hubspotApi, type Urls } from './crms.ts';
import { fields, groupProperty, mappings, nameIn, secondProperty, type Group } from './fields.ts';
import type { Person } from './plan.ts';

const name = 'soak';
/** Polls are the net under the events that are lost: more often than usual, since a run is short. */
const feeds = { joinersSeconds: 5, hubspotPollSeconds: 30, salesforcePollSeconds: 45 };
const idAnswer = z.looseObject({ id: z.string() });
const list = z.looseObject({ list: z.looseObject({ listId: z.string(), processingStatus: z.string() }) });
const held = z.looseObject({ held: z.number() });

/** What another run than the soak's wants differently. */
export interface StageOptions {
  /** For the sandboxes and the workers. */
  env: NodeJS.ProcessEnv;
  /** For the workers of the connection alone. */
  workerEnv: (stack: Stack) => NodeJS.ProcessEnv;
  settings: messages.ChangeSettings;
  /** Gets each line that worker and sandboxes print. */
  hear: (part: string, line: string) => void;
  /** Adds to the accounts before the feeds begin. */
  prepare: (urls: Urls) => Promise<void>;
}

/** One connection with both feeds on, over accounts in which everybody in the first segment has been synced. */
export interface Stage {
  stack: Stack;
  client: Client;
  sluice: SluiceClient;
  urls: Urls;
  segments: Record<'first' | 'second', string>;
  /** By person. */
  ids: { hubspotId: string; record: string }[];
  feed(crm: Crm): Promise<messages.FeedAnswer>;
  /** With the settings that the last one had. */
  startWorker(): Promise<void>;
  /** What worker and sandboxes printed to complain. */
  complaints: string[];
  stop(): Promise<void>;
}

/** Starts everything and fills it. Once this resolves, nothing differs and nothing is under way. */
export async function openStage(people: readonly Person[], tell: (line: string) => void, { env, workerEnv, settings, hear, prepare }: Partial<StageOptions> = {}): Promise<Stage> {
  const complaints: string[] = [];
  const complain = hearComplaints(complaints);
  const output = (part: string, line: string): void => {
    complain(part, line);
    hear?.(part, line);
  };
  const stack = await startStack({ isolated: true, output, env: { SANDBOX_RATE_LIMIT: 'off', SANDBOX_SEGMENT_LAG_MS: '1000', SANDBOX_WEBHOOK_URL: 'off', SLUICE_FEEDS: 'off', SLUICE_LOG_LEVEL: 'debug', ...env } });
  const connection = await Connection.connect({ address: stack.addresses.temporal });
  const client = new Client({ connection, namespace: stack.namespace, dataConverter: dataConverter(stack.environment.encryptionKeys) });
  const stop = async (): Promise<void> => {
    await connection.close();
    await stack.stop();
  };
  try {
    const urls: Urls = stack.addresses;
    await stack.worker.stop();
    for (const crm of crms) await control(z.unknown(), urls[crm], 'reset', { seed: 'empty' });
    tell(`creating ${people.length} people in both CRMs`);
    const ids = await createPeople(urls, people);
    await prepare?.(urls);
    const segments = { first: await createSegment(urls, 'First', groupProperty, ['in']), second: await createSegment(urls, 'Second', secondProperty, ['yes']) };
    const own = { ...workerEnv?.(stack), SLUICE_CONNECTION: name };
    await stack.startWorker(own);
    const sluice = createSluiceClient({ client, connection: name });
    await checked(sluice);
    await sluice.changeSettings({ mappings: mappings.map((mapping) => ({ ...mapping })), feeds, ...settings });
    await sluice.selectSegment(segments.first);
    tell('first sync of everybody in the segment');
    const { workflowId } = await sluice.startResync('segment');
    for await (const _ of sluice.watch(workflowId)) continue;
    await soon('everybody in the segment is in sync', async () => (await sluice.listContacts({ status: 'in-sync', limit: 1 })).total >= people.filter(({ group }) => group === 'in').length);
    await stack.worker.stop();
    await control(z.unknown(), urls.hubspot, 'webhooks', { targetUrl: stack.environment.webhooks?.url ?? null });
    const startWorker = async (): Promise<void> => {
      await stack.startWorker({ ...own, SLUICE_FEEDS: 'on' });
    };
    await startWorker();
    const feed = (crm: Crm): Promise<messages.FeedAnswer> => client.workflow.getHandle(workflowIds.changes(name, crm)).query(messages.feed);
    await soon('both feeds have marked their place', async () => (await Promise.all(crms.map(feed))).every(({ readUpTo }) => readUpTo !== null));
    await soon('change events are listened to', async () => (await control(held, urls.salesforce, 'cdc')).held > 0);
    complaints.length = 0;
    return { stack, client, sluice, urls, segments, ids, feed, startWorker, complaints, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until `holds`, at most two minutes. */
export async function soon(what: string, holds: () => Promise<boolean>, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain until ${what}`);
    await sleep(200);
  }
}

async function createPeople(urls: Urls, people: readonly Person[]): Promise<Stage['ids']> {
  for (const property of [groupProperty, secondProperty]) {
    await hubspotApi(z.unknown(), urls, 'POST', '/crm/v3/properties/contacts', { name: property, label: property, type: 'string', fieldType: 'text', groupName: 'contactinformation' });
  }
  const ids: Stage['ids'] = [];
  for (const [i, { type, group, second, values }] of people.entries()) {
    const email = `person${i}@soak.example`;
    const lastname = `Soak ${i}`;
    const properties = { email, lastname, company: `Firm ${i}`, [groupProperty]: group, [secondProperty]: second ? 'yes' : 'no', ...values.hubspot };
    const prefix = type === 'Lead' ? '00Q' : '003';
    const record = { Email: email, LastName: lastname, ...(type === 'Lead' && { Company: `Firm ${i}` }), ...Object.fromEntries(fields.map((field) => [nameIn(field, prefix), values.salesforce[field.hubspot] || null])) };
    const [contact, made] = await Promise.all([control(idAnswer, urls.hubspot, 'create', { properties }), control(idAnswer, urls.salesforce, 'create', { object: type, fields: record })]);
    ids.push({ hubspotId: contact.id, record: made.id });
  }
  return ids;
}

/** The criteria of a segment: the property has one of these values. */
export function criteria(property: string, values: readonly string[]): unknown {
  const filter = { filterType: 'PROPERTY', property, operation: { operationType: 'MULTISTRING', operator: 'IS_EQUAL_TO', values } };
  return { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: [filter] }] };
}

async function createSegment(urls: Urls, label: string, property: string, values: readonly (Group | 'yes')[]): Promise<string> {
  const body = { name: `${label} segment`, objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch: criteria(property, values) };
  const { list: { listId } } = await hubspotApi(list, urls, 'POST', '/crm/v3/lists', body);
  await soon(`the segment ${listId} is evaluated`, async () => (await hubspotApi(list, urls, 'GET', `/crm/v3/lists/${listId}`, undefined)).list.processingStatus === 'COMPLETE');
  return listId;
}
