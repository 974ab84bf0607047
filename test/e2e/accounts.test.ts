import assert from 'node:assert/strict';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import * as m from '../../workflows/messages.ts';
import { importStart, resyncStart } from '../../workflows/start.ts';
import { pendingActivities } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { devStack, seededData, snapshot, type DevStack } from './stack.ts';

test('a worker that meets other accounts than the connection belongs to writes nothing, says so in one sentence, and goes on once they agree', async (t) => {
  const dataDir = await seededData(t, { hubspot: { seed: 'empty' }, salesforce: { seed: 'empty' } });
  const kept = join(dataDir, 'kept');

  // At home: one pair in sync.
  const home = await devStack(t, dataDir);
  await home.ready();
  const lead = await home.salesforce.create('Lead', { LastName: 'Ada', Company: 'Sluice', Email: 'ada@gmail.example', Title: 'Countess' });
  await home.client.workflow.start('salesforceImport', importStart('main', 'first', {}));
  await home.client.workflow.getHandle('import/main/first').result();
  const { hubspotId } = await home.client.workflow.getHandle('connection/main').executeUpdate(m.findContact, { args: [{ email: 'ada@gmail.example' }] });
  const id = hubspotId ?? '';
  await until('Ada is in sync', async () => (await home.contact(id).query(m.state)).status === 'in-sync');
  const belongs = (await home.settings()).accounts;
  await home.stop();
  await copySandboxes(dataDir, kept);

  // The sandboxes are reset while no worker runs, to people of the same ids and emails, or many: whatever is written would show.
  // It dies in the midst of a check, which the next worker must not wait out.
  const away = await devStack(t, dataDir);
  await away.hubspot.fault({ path: '/./', delayMs: 3_600_000, times: 1000 });
  const connection = away.client.workflow.getHandle('connection/main');
  await connection.signal(m.check);
  await until('a check is under way', async () => (await pendingActivities(connection)).some(({ name, started }) => name === 'checkConnection' && started));
  away.stack.worker.kill('SIGKILL');
  await away.stack.worker.ended;
  await away.hubspot.noFaults();
  for (const crm of [away.hubspot, away.salesforce]) await crm.control('POST', 'reset', { seed: 'synthetic', count: 300, random: 5 });
  const before = await snapshot(away);
  await away.contact(id).signal(m.resync, { reason: 'while nobody is there' });
  await away.client.workflow.start('salesforceImport', importStart('main', 'elsewhere', {}));
  await away.client.workflow.start('segmentResync', resyncStart('main', 'all', {}));
  const printed = away.lines.length;
  await away.stack.startWorker();

  await until('the connection is not ready', async () => !(await away.settings()).ready, 30_000);
  const { problems, accounts } = await away.settings();
  assert.deepEqual(accounts, belongs, 'the connection still belongs to the first accounts');
  assert.equal(problems.length, 1);
  const [sentence = ''] = problems;
  const { portalId, organizationId } = await identities(away);
  for (const part of [belongs?.hubspotPortalId, belongs?.salesforceOrgId, portalId, organizationId, 'give the worker the credentials', 'SLUICE_CONNECTION']) assert.ok(part !== undefined && sentence.includes(part), `${part} in: ${sentence}`);
  assert.deepEqual([belongs?.hubspotPortalId === portalId, belongs?.salesforceOrgId === organizationId], [false, false]);

  await until('the contact says so', async () => {
    const { status, reason, pending } = await away.contact(id).query(m.state);
    return status === 'paused' && reason === sentence && pending > 0;
  });
  for (const job of ['import/main/elsewhere', 'resync/main/all']) await until(`${job} waits, and says so`, async () => (await pendingActivities(away.client.workflow.getHandle(job))).some(({ failure }) => failure === sentence), 30_000);
  await until('the worker says so', async () => away.lines.slice(printed).includes(`worker: Not ready: ${sentence}`), 30_000);
  await away.contact(id).signal(m.changed, { source: 'salesforce', kind: 'update' });
  await until('the new trigger is kept too', async () => (await away.contact(id).query(m.state)).pending > 0);
  assert.deepEqual(await snapshot(away), before, 'nothing was written');
  await away.stop();

  // At home again: what waited is done by itself.
  await copySandboxes(kept, dataDir);
  const again = await devStack(t, dataDir);
  await again.ready();
  assert.deepEqual((await again.settings()).accounts, belongs);
  await until('what waited was done', async () => {
    const { status, pending } = await again.contact(id).query(m.state);
    return status === 'in-sync' && pending === 0;
  });
  for (const job of ['import/main/elsewhere', 'resync/main/all']) await again.client.workflow.getHandle(job).result();
  await again.salesforce.edit('Lead', lead, { Title: 'Analyst' });
  await again.contact(id).signal(m.resync, {});
  await until('Ada has her new title', async () => (await again.hubspot.get(id)).jobtitle === 'Analyst');
});

/** Both sandboxes' files, as they lie there while no sandbox runs. */
async function copySandboxes(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const file of await readdir(from)) if (/^(hubspot|salesforce)\.db/.test(file)) await cp(join(from, file), join(to, file));
}

async function identities({ hubspot, salesforce }: DevStack): Promise<{ portalId: string; organizationId: string }> {
  const { portalId } = z.looseObject({ portalId: z.number() }).parse(await hubspot.api('GET', '/account-info/v3/details'));
  const { orgId } = z.looseObject({ orgId: z.string() }).parse(await salesforce.control('GET', 'org'));
  return { portalId: String(portalId), organizationId: orgId };
}
