import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { inSync } from './suite.ts';

const sluice = await testSluice();
type Opened = Awaited<ReturnType<typeof sluice.open>>;

const log = z.object({ requests: z.array(z.object({ method: z.string(), url: z.string(), status: z.number().nullable() })) });
const writeLog = z.object({ writes: z.array(z.object({ sequence: z.number(), object: z.string(), id: z.string(), kind: z.string(), by: z.string() })) });

describe('what goes on by itself', { concurrency: false }, () => {
  test("R23 HubSpot's token is renewed ahead of its end: no call of a contact meets a 401", async (t) => {
    const s = await sluice.open(t, 'token');
    const ids = await Promise.all(['ada', 'grace'].map((name) => s.hubspot.create({ email: `${name}@firm.example`, lastname: name })));
    await s.hubspot.control('POST', 'settings', { tokenTtlMs: 3_000 });
    await s.restartWorker({ kind: 'oauth', clientId: 'sandbox', clientSecret: 'sandbox', refreshToken: 'sandbox-refresh' });
    // Slow and many enough that one is always on its way when a token ends.
    await s.hubspot.fault({ path: '/^.crm/', delayMs: 300, rate: 1 });
    const requests = async () => log.parse(await s.hubspot.control('GET', 'requests')).requests;
    await Promise.all(ids.map(async (id) => {
      while ((await s.hubspot.callsTo(/\/token$/)) < 3) assert.equal((await s.sync(id)).status, 'in-sync');
    }));
    assert.deepEqual((await requests()).filter(({ status }) => status === 401), []);
  });

  test('a check of accounts that were in order fails for the moment: the connection stays ready and warns of it, so no job ends by it', async (t) => {
    const s = await sluice.open(t, 'checked');
    await s.hubspot.fault({ method: 'POST', path: '/lists.*.search/', status: 503, times: 7 });
    await s.main.signal(m.check);
    // A call is repeated three times.
    await until('the check has failed', async () => (await s.hubspot.faults()).some(({ hits }) => hits === 4) && (await s.main.query(m.settings)).checkedAt !== null);
    const { ready, problems, warnings } = await s.main.query(m.settings);
    assert.deepEqual([ready, problems, warnings.filter((warning) => /status 503/.test(warning)).length], [true, [], 1]);
    await s.main.signal(m.check);
    await until('the next check finds nothing', async () => (await s.main.query(m.settings)).warnings.every((warning) => !/status 503/.test(warning)));
  });

  test('R33 a worker that is restarted in the middle of a page goes on at that page, and what is finished is not written again', async (t) => {
    const s = await sluice.open(t, 'restart');
    const people = (type: string) => Array.from({ length: 8 }, (_, n) => `${type.toLowerCase()}${n}@firm.example`);
    for (const type of ['Contact', 'Lead'] as const) {
      for (const Email of people(type)) await s.salesforce.create(type, { LastName: Email, Email, ...(type === 'Lead' && { Company: 'Firm' }) });
    }
    const before = { hubspot: await writesOf(s, 'hubspot'), salesforce: await writesOf(s, 'salesforce') };
    // Two pages, the Contacts and the Leads. Of one of them HubSpot takes the values, and nobody hears of it.
    await s.writes();
    await s.hubspot.fault({ method: 'POST', path: '/batch.update/', delayMs: 1 });
    await s.hubspot.fault({ method: 'POST', path: '/batch.update/', reset: true, when: 'after', times: 5 });
    const importing = s.job('salesforceImport', 'restarted', {});
    await until('an answer got lost', async () => ((await s.hubspot.faults())[1]?.hits ?? 0) > 0);
    await s.restartWorker();
    await s.hubspot.noFaults();
    await s.writes();
    const { read, created, now, failed } = await importing as m.ImportProgress;
    assert.deepEqual([read, created, failed, now.filled + now.filling], [16, 16, 0, 16]);
    const contacts = z.object({ results: z.array(z.object({ id: z.string() })) }).parse(await s.hubspot.api('GET', '/crm/v3/objects/contacts?limit=100')).results;
    for (const { id } of contacts) await inSync(s, id);
    assert.deepEqual(await s.writes(), { hubspot: 0, salesforce: 0 }, 'nothing is written after the restart');
    const written = [...await writesOf(s, 'hubspot', before.hubspot.length), ...await writesOf(s, 'salesforce', before.salesforce.length)];
    const times = Map.groupBy(written, ({ object, id }) => `${object} ${id}`);
    assert.deepEqual([...new Set([...times].map(([key, kinds]) => `${key.startsWith('contact') ? 'HubSpot' : 'Salesforce'}: ${kinds.map(({ kind }) => kind).join(', ')}`))].toSorted(), ['HubSpot: create, update', 'Salesforce: update']);
    assert.equal(times.size, 32);
  });
});

const writesOf = async (s: Opened, crm: 'hubspot' | 'salesforce', skip = 0) => writeLog.parse(await s[crm].control('GET', 'writes')).writes.slice(skip);
