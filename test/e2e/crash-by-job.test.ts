import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import type { salesforceImport } from '../../workflows/import.ts';
import { progress } from '../../workflows/messages.ts';
import { importStart } from '../../workflows/start.ts';
import { until } from '../support/until.ts';
import { devStack, seededData, type DevStack } from './stack.ts';

const people = 300;
const added = z.object({ id: z.number() });
const jobs = z.object({ jobs: z.array(z.looseObject({ id: z.string() })) });
const id = z.looseObject({ Id: z.string(), HubSpot_Contact_Id__c: z.string() });

const kill = async ({ stack }: DevStack): Promise<void> => {
  stack.worker.kill('SIGKILL');
  await stack.worker.ended;
  await stack.startWorker();
};

test("kills -9 of the worker while Salesforce's answer to a bulk query job is lost, while the job runs and while its results are imported lose nothing, double nothing and leave no job", async (t) => {
  const data = await seededData(t, { hubspot: { seed: 'empty' }, salesforce: { seed: 'synthetic', count: people, random: 7 } });
  const s = await devStack(t, data, { SLUICE_FEEDS: 'off', SLUICE_BULK_ABOVE: '50' });
  await s.ready();
  const left = async () => jobs.parse(await s.salesforce.control('GET', 'bulk-jobs')).jobs;
  await s.salesforce.control('POST', 'bulk-jobs', { takeMs: 20_000, mostRows: 40 });
  const withheld = added.parse(await s.salesforce.fault({ method: 'POST', path: '/jobs.query$/', when: 'after', delayMs: 3_600_000, times: 1 }));

  await s.client.workflow.start('salesforceImport', importStart('main', 'crashed', {}));
  const run = s.client.workflow.getHandle<typeof salesforceImport>('import/main/crashed');
  await until('the answer to the job is withheld', async () => (await s.salesforce.faults()).some((f) => f.id === withheld.id && f.hits === 1));
  const [lost] = await left();
  await kill(s);
  await until('the job was begun again', async () => (await left()).some((job) => job.id !== lost?.id));
  assert.equal((await left()).length, 1, 'the one whose answer was lost was ended');
  await kill(s);
  await until('its results are imported', async () => {
    const now = await run.query(progress);
    return now.job === 'import' && now.listing.job !== null && (await unclaimed(s)) < people;
  }, 120_000);
  await kill(s);

  const { read, created, duplicates, skipped, failed, now, listing } = await run.result();
  t.diagnostic(`read ${read}, created ${created}, filled ${now.filled}, told ${now.filling}; ${listing.note ?? 'no job was lost'}`);
  assert.deepEqual({ read, failed, note: listing.note, duplicates, skipped }, { read: people, failed: 0, note: null, duplicates: 0, skipped: {} });
  await until('each record names its contact', async () => (await unclaimed(s)) === 0);
  const rows = (await Promise.all(['Lead', 'Contact'].map((type) => s.salesforce.query(`SELECT Id, HubSpot_Contact_Id__c FROM ${type}`)))).flat().map((row) => id.parse(row));
  assert.deepEqual([rows.length, new Set(rows.map((row) => row.HubSpot_Contact_Id__c)).size, await s.hubspot.count()], [people, people, people]);
  assert.deepEqual(await left(), []);
});

async function unclaimed({ salesforce }: DevStack): Promise<number> {
  const counts = await Promise.all(['Lead', 'Contact'].map((type) => salesforce.query(`SELECT COUNT(Id) n FROM ${type} WHERE HubSpot_Contact_Id__c = null`)));
  return counts.reduce((sum, [row]) => sum + z.number().parse(row?.['n']), 0);
}
