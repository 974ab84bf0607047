import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { Random } from '../../sandbox/common/random.ts';
import type { salesforceImport } from '../../workflows/import.ts';
import { workflowIds } from '../../workflows/ids.ts';
import { state, type ImportProgress } from '../../workflows/messages.ts';
import { HubSpotId, SyncStatus } from '../../workflows/search-attributes.ts';
import { importStart } from '../../workflows/start.ts';
import { until } from '../support/until.ts';
import { lintWorkflows } from './common-errors.ts';
import { devStack, seededData, type DevStack } from './stack.ts';

/** `SLUICE_TEST_CRASH=2000x10` takes some minutes. */
const [people = 0, kills = 0] = (process.env['SLUICE_TEST_CRASH'] ?? '1200x6').split('x').map(Number);
const seed = Number(process.env['SLUICE_TEST_SEED'] ?? 20);
/** So long a CRM takes for each batch, so that an import outlasts the kills on any machine. */
const slow = { rate: 1, delayMs: 700 };
/** At these kills an answer of HubSpot is withheld: what was asked for has happened, and the worker never hears of it. */
const withheldAt = new Map([[0, '/batch.create/'], [kills - 2, '/batch.update/']]);

const added = z.object({ id: z.number() });

test(`${kills} kills -9 of the worker within an import of ${people} contacts lose nothing and double nothing`, async (t) => {
  const s = await devStack(t, await seededData(t, { hubspot: { seed: 'empty' }, salesforce: { seed: 'synthetic', count: people, random: seed } }), { SLUICE_FEEDS: 'off' }); // the import alone is counted
  await s.ready();
  const done: string[] = [];
  await s.hubspot.fault({ method: 'POST', path: '/batch.read/', ...slow });
  await s.salesforce.fault({ path: '/composite/', ...slow });
  try {
    await s.client.workflow.start('salesforceImport', importStart('main', 'crashed', {}));
    const began = Date.now();
    await killManyTimes(s, new Random(seed), done);
    await Promise.all([s.hubspot.noFaults(), s.salesforce.noFaults()]);
    const result = await s.client.workflow.getHandle<typeof salesforceImport>('import/main/crashed').result();
    t.diagnostic(`seed ${seed}, kills: ${done.join('; ')}; the import ended after ${Math.round((Date.now() - began) / 1000)} s`);
    countsAddUp(result);
    await eachContactHasOneWorkflow(s);
    await eachEmailOnce(s);
    assert.deepEqual((await lintWorkflows(s.client, `WorkflowType != 'contactSync'`)).faults, []);
  } catch (error) {
    t.diagnostic(`seed ${seed}; kills: ${done.join('; ')}`);
    throw error;
  }
});

/** Every other kill comes some batches of a page after the worker is back, the others while it finds its way again. */
async function killManyTimes(s: DevStack, random: Random, done: string[]): Promise<void> {
  const began = Date.now();
  for (let kill = 0; kill < kills; kill++) {
    const withheld = withheldAt.get(kill);
    if (withheld !== undefined) {
      const { id } = added.parse(await s.hubspot.fault({ method: 'POST', path: withheld, when: 'after', delayMs: 3_600_000, times: 1 }));
      await until(`an answer to ${withheld} is withheld`, async () => (await s.hubspot.faults()).some((f) => f.id === id && f.hits === 1));
      await sleep(300); // the effect follows the request at once
    } else if (kill % 2 === 0) {
      const from = await batches(s);
      const further = 1 + random.int(12);
      await until(`${further} batches were read or written`, async () => (await batches(s)) >= from + further);
      await sleep(random.int(100));
    } else {
      await sleep(random.int(2_000));
    }
    const [left, { status }] = await Promise.all([unclaimed(s), s.client.workflow.getHandle('import/main/crashed').describe()]);
    done.push(`${kill} at ${Math.round((Date.now() - began) / 1000)} s${withheld === undefined ? '' : `, an answer to ${withheld} withheld`}, ${left} to go`);
    assert.equal(status.name, 'RUNNING', `the import is still going on at kill ${kill}`);
    s.stack.worker.kill('SIGKILL');
    await s.stack.worker.ended;
    await s.stack.startWorker();
  }
}

/** Batches of contacts read, created and updated in HubSpot: a page of 400 has four of each. */
const batches = ({ hubspot }: DevStack): Promise<number> => hubspot.callsTo(/contacts\/batch\//);

async function unclaimed({ salesforce }: DevStack): Promise<number> {
  const counts = await Promise.all(['Lead', 'Contact'].map((type) => salesforce.query(`SELECT COUNT(Id) n FROM ${type} WHERE HubSpot_Contact_Id__c = null`)));
  return counts.reduce((sum, [row]) => sum + z.number().parse(row?.['n']), 0);
}

function countsAddUp({ read, created, alreadyThere, duplicates, skipped, failed, now, workflows }: ImportProgress): void {
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0);
  const told = JSON.stringify({ read, created, alreadyThere, duplicates, skipped, failed, now, workflows });
  assert.equal(read, people, told);
  assert.equal(read, created + alreadyThere + duplicates + sum(skipped) + failed, told);
  assert.equal(created + alreadyThere, sum(now), told);
  assert.deepEqual([created + alreadyThere, now.filled + now.filling], [people, people], told);
}

const row = z.looseObject({ Id: z.string(), Email: z.string(), HubSpot_Contact_Id__c: z.string() });
const page = z.looseObject({
  results: z.array(z.looseObject({ id: z.string(), properties: z.looseObject({ email: z.string(), lastname: z.string().nullable() }) })),
  paging: z.looseObject({ next: z.looseObject({ after: z.string() }) }).optional(),
});

/** HubSpot has each email once and filled, Salesforce the records it had, and each of them names the contact with its email. */
async function eachEmailOnce({ client, hubspot, salesforce }: DevStack): Promise<void> {
  const contacts: [string, string][] = [];
  const blank: string[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { results, paging }: z.output<typeof page> = page.parse(await hubspot.api('GET', `/crm/v3/objects/contacts?limit=100&properties=email,lastname${after === '' ? '' : `&after=${after}`}`));
    contacts.push(...results.map(({ id, properties }): [string, string] => [properties.email, id]));
    blank.push(...results.flatMap(({ id, properties }) => ((properties.lastname ?? '') === '' ? [id] : [])));
    after = paging?.next.after;
  }
  const states = await Promise.all(blank.slice(0, 5).map(async (id) => JSON.stringify(await client.workflow.getHandle(workflowIds.contact('main', id)).query(state))));
  assert.deepEqual(blank, [], states.join('\n'));
  const idOf = new Map(contacts);
  assert.deepEqual([contacts.length, idOf.size], [people, people]);
  for (const type of ['Lead', 'Contact']) {
    const rows = z.array(row).parse(await salesforce.query(`SELECT Id, Email, HubSpot_Contact_Id__c FROM ${type}`));
    assert.equal(rows.length, people / 2);
    assert.deepEqual(rows.filter(({ Email, HubSpot_Contact_Id__c: id }) => idOf.get(Email.toLowerCase()) !== id), []);
  }
}

async function eachContactHasOneWorkflow({ client }: DevStack): Promise<void> {
  const of = new Map<string, string | undefined>();
  await until('every contact has a workflow that is in sync', async () => {
    const { count } = await client.workflow.count(`WorkflowType = 'contactSync' AND ExecutionStatus = 'Running' AND SyncStatus = 'in-sync'`);
    return count >= people;
  }, 60_000);
  let listed = 0;
  for await (const { typedSearchAttributes: found } of client.workflow.list({ query: `WorkflowType = 'contactSync'`, pageSize: 500 })) {
    listed += 1;
    of.set(found.get(HubSpotId) ?? '', found.get(SyncStatus));
  }
  assert.deepEqual([listed, of.size, [...new Set(of.values())]], [people, people, ['in-sync']]);
}
