import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import * as z from 'zod';
import { Random } from '../../sandbox/common/random.ts';
import * as m from '../../workflows/messages.ts';
import { importStart } from '../../workflows/start.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { activitiesOf } from './fakes/mock-activities.ts';

const byJob = await testSluice({ byJobAbove: 10 });
const inPages = await testSluice({ temporal: byJob.temporal });
type Opened = Awaited<ReturnType<typeof byJob.open>>;

const jobs = z.object({ jobs: z.array(z.looseObject({ id: z.string(), state: z.string() })) });
const jobsOf = async ({ salesforce }: Opened) => jobs.parse(await salesforce.control('GET', 'bulk-jobs')).jobs;
const resultsRead = async ({ salesforce }: Opened) => (await salesforce.calls()).byRoute['GET /services/data/:version/jobs/query/:job/results'] ?? 0;

interface Person { type: 'Lead' | 'Contact'; fields: Record<string, string>; converts: boolean }

async function open(t: TestContext, from: typeof byJob, name: string, people: Person[], how: object = {}): Promise<Opened> {
  const s = await from.open(t, name);
  await s.salesforce.control('POST', 'bulk-jobs', { takeMs: 0, ...how });
  for (const { type, fields, converts } of people) {
    const id = await s.salesforce.create(type, fields);
    if (converts) await s.salesforce.control('POST', 'convert', { leadId: id });
  }
  return s;
}

const lead = (n: number, fields: Record<string, string> = {}): Person => ({ type: 'Lead', converts: false, fields: { LastName: `L${n}, "Jr"`, Company: 'Firm', Title: n % 2 ? 'Boss' : 'Aide', Email: `p${n}@gmail.example`, ...fields } });
const leads = (count: number): Person[] => Array.from({ length: count }, (_, n) => lead(n));

/** Leads and Contacts of whom some share an email, in another spelling, have none, or are converted. */
function drawn(random: Random): Person[] {
  return Array.from({ length: 25 + random.int(30) }, (_, n): Person => {
    const { Company, ...person } = lead(n).fields;
    const email: Record<string, string> = random.chance(0.15) ? { Email: '' } : random.chance(0.25) ? { Email: `P${random.int(n + 1)}@GMAIL.example` } : {};
    return random.chance(0.5) ? { type: 'Contact', fields: { ...person, ...email }, converts: false } : { type: 'Lead', fields: { ...person, Company: Company ?? '', ...email }, converts: random.chance(0.1) };
  });
}

const countsOf = ({ total, read, created, alreadyThere, duplicates, skipped, failed, now, workflows }: m.ImportProgress) => ({ total, read, created, alreadyThere, duplicates, skipped, failed, now, workflows });

/** Who is in HubSpot, and which records name whom, told by emails and names. */
async function outcome({ hubspot, salesforce }: Opened): Promise<unknown> {
  const { results } = await hubspot.api('GET', '/crm/v3/objects/contacts?limit=100&properties=email,lastname,jobtitle') as { results: { id: string; properties: { email: string; lastname: string | null; jobtitle: string | null } }[] };
  const emails = new Map(results.map(({ id, properties }) => [id, properties.email]));
  const claims = (type: string) => salesforce.query(`SELECT LastName, Email, HubSpot_Contact_Id__c FROM ${type} WHERE HubSpot_Contact_Id__c != null ORDER BY LastName`);
  const claimed = (await Promise.all(['Lead', 'Contact'].map(claims))).map((rows) => rows.map((row) => [row['LastName'], row['Email'], emails.get(String(row['HubSpot_Contact_Id__c']))]));
  const contacts = results.map(({ properties: { email, lastname, jobtitle } }) => [email, lastname, jobtitle].join(' ')).sort();
  return { contacts, claimed };
}

const importAll = (s: Opened, input: m.ImportInput = {}) => s.job('salesforceImport', 'first', input) as Promise<m.ImportProgress>;

describe('an import by bulk query jobs', () => {
  for (const seed of [1, 2, 3]) {
    test(`imports the same records as one in pages, and counts them the same (seed ${seed})`, async (t) => {
      const random = new Random(seed);
      const [people, mostRows] = [drawn(random), 3 + random.int(20)];
      const a = await open(t, byJob, 'by-job', people, { mostRows, takeMs: 200 });
      const ofJob = await importAll(a);
      assert.ok(await resultsRead(a) >= 2, 'it was listed by jobs, in several sets');
      const b = await open(t, inPages, 'in-pages', people);
      const ofPages = await importAll(b);
      assert.equal(await resultsRead(b), 0);
      assert.deepEqual(countsOf(ofJob), countsOf(ofPages));
      assert.deepEqual(await outcome(a), await outcome(b));
      t.diagnostic(`${people.length} records, sets of ${mostRows}: ${ofJob.created} created, ${ofJob.duplicates} duplicates, skipped ${JSON.stringify(ofJob.skipped)}`);
    });
  }

  test('reads each set once for the list and all its pages, and deletes the job with its results', async (t) => {
    const s = await open(t, byJob, 'calls', leads(30), { mostRows: 12 });
    const { read, listing } = await importAll(s, { object: 'Lead' });
    assert.deepEqual([read, await resultsRead(s), await jobsOf(s), listing.note], [30, 3, [], null]);
  });

  test('begins anew where a job fails, and says so', async (t) => {
    const s = await open(t, byJob, 'fails', leads(20), { failNext: 1 });
    const { read, created, listing } = await importAll(s, { object: 'Lead' });
    assert.deepEqual([read, created, await jobsOf(s)], [20, 20, []]);
    assert.match(listing.note ?? '', /^Salesforce's bulk query job 750\w{15} failed \(.+\): a new one lists all Leads\./);
  });

  test('goes on after the last record listed where the results have expired during a pause, and doubles nothing', async (t) => {
    const s = await open(t, byJob, 'expires', leads(30), { mostRows: 12 });
    const run = await s.client.workflow.start('salesforceImport', importStart(s.connection, 'first', { object: 'Lead' }));
    const progress = () => run.query(m.progress) as Promise<m.ImportProgress>;
    await until('the first set is imported', async () => (await progress()).read >= 12);
    await run.signal(m.pause);
    await s.salesforce.control('POST', 'clock', { advanceMs: 8 * 86_400_000 });
    await run.signal(m.resume);
    const { read, created, duplicates, listing, workflows } = await run.result() as m.ImportProgress;
    assert.deepEqual([read, created, duplicates, workflows.done], [30, 30, 0, 30]);
    t.diagnostic(listing.note ?? 'the results were read before the pause');
  });

  test('that is cancelled aborts its job', async (t) => {
    const s = await open(t, byJob, 'cancelled', leads(20), { takeMs: 600_000 });
    const run = await s.client.workflow.start('salesforceImport', importStart(s.connection, 'first', { object: 'Lead' }));
    await until('the job was looked at', async () => (await run.query(m.progress) as m.ImportProgress).phase.includes('prepare the list'));
    assert.equal((await jobsOf(s)).length, 1);
    await run.cancel();
    await assert.rejects(run.result());
    assert.deepEqual(await jobsOf(s), []);
  });

  test('outlives the worker: another one goes on with the same job', async (t) => {
    const s = await open(t, byJob, 'worker', leads(30), { mostRows: 10, takeMs: 2_000 });
    const run = await s.client.workflow.start('salesforceImport', importStart(s.connection, 'first', { object: 'Lead' }));
    await until('the job is there', async () => (await jobsOf(s)).length === 1);
    await s.restartWorker();
    const { read, created, listing } = await run.result() as m.ImportProgress;
    assert.deepEqual([read, created, listing.note], [30, 30, null]);
    assert.equal((await s.salesforce.calls()).byRoute['POST /services/data/:version/jobs/query'], 1);
  });
});

describe('a list that a bulk query job prepares', () => {
  const scope = { object: 'Lead', where: '' } as const;
  const since = () => new Date().toISOString();

  test('leaves one job where the answer to its creation was lost', async (t) => {
    const s = await open(t, byJob, 'lost', leads(3), { takeMs: 600_000 });
    const { run, again } = activitiesOf(s);
    const input = { ...scope, after: '', since: since() };
    await s.salesforce.fault({ method: 'POST', path: '/jobs.query$/', reset: true, when: 'after' });
    await assert.rejects(run('beginListJob', input));
    assert.equal((await jobsOf(s)).length, 1, 'it was created all the same');
    const answer = await again('beginListJob', input);
    assert.deepEqual((await jobsOf(s)).map(({ id }) => id), [answer.kind === 'begun' ? answer.job : '']);
  });

  test('is ended although its id never arrived, where the import is cancelled meanwhile', async (t) => {
    const s = await open(t, byJob, 'unknown', leads(3), { takeMs: 600_000 });
    const { run } = activitiesOf(s);
    const input = { ...scope, after: '', since: since() };
    await run('beginListJob', input);
    await s.salesforce.api('POST', '/jobs/query', { operation: 'query', query: 'SELECT Id FROM Lead' });
    await run('endListJob', { object: 'Lead', job: null, since: input.since });
    assert.equal((await jobsOf(s)).length, 1, "another program's job stays");
  });

  test('is given up where Salesforce takes no job, with its reason', async (t) => {
    const s = await open(t, byJob, 'refused', leads(1));
    await s.salesforce.fault({ method: 'POST', path: '/jobs.query$/', status: 400, body: [{ errorCode: 'EXCEEDEDQUOTA', message: 'ApiQueryJobs Limit exceeded.' }] });
    assert.deepEqual(await activitiesOf(s).run('beginListJob', { ...scope, after: '', since: since() }), { kind: 'refused', why: 'EXCEEDEDQUOTA: ApiQueryJobs Limit exceeded.' });
  });

  /** Pages of a job that has run, and what is needed to import them. */
  async function listed(s: Opened) {
    const act = activitiesOf(s);
    const begun = await act.run('beginListJob', { ...scope, after: '', since: since() });
    const job = begun.kind === 'begun' ? begun.job : assert.fail(begun.why);
    const look = await act.run('lookAtListJob', { ...scope, after: '', job, locator: '' });
    const [page] = look.kind === 'pages' ? look.pages : assert.fail(look.kind);
    return { act, job, page: page ?? assert.fail('no page') };
  }

  test('is checked against the records as they are: nobody is created whose record was deleted or whose email changed since', async (t) => {
    const s = await open(t, byJob, 'stale', leads(6));
    const { act, page } = await listed(s);
    const ids = (await s.salesforce.query('SELECT Id FROM Lead ORDER BY Id')).map((row) => String(row['Id']));
    const [deleted = '', converted = '', changed = ''] = ids;
    await s.salesforce.control('POST', 'delete', { id: deleted });
    await s.salesforce.control('POST', 'convert', { leadId: converted });
    await s.salesforce.edit('Lead', changed, { Email: 'new@gmail.example' });
    const { read, created, skipped } = await act.run('importPage', page);
    assert.deepEqual({ read, created, skipped }, { read: 5, created: 4, skipped: { converted: 1 } });
    const { contacts } = await outcome(s) as { contacts: string[] };
    assert.deepEqual(contacts.map((line) => line.split(' ')[0]), ['new@gmail.example', 'p3@gmail.example', 'p4@gmail.example', 'p5@gmail.example']);
  });

  test('whose results are gone has its pages read by their ids', async (t) => {
    const s = await open(t, byJob, 'gone', leads(6));
    const { page, job } = await listed(s);
    await s.salesforce.api('DELETE', `/jobs/query/${job}`);
    const other = activitiesOf(s); // of a worker that has not read the set
    const { read, created } = await other.run('importPage', page);
    assert.deepEqual([read, created], [6, 6]);
    assert.deepEqual(await other.run('lookAtListJob', { ...scope, after: '', job, locator: '' }), { kind: 'lost', why: 'is gone' });
  });

  test('is not believed where its rows come in another order than asked for', async (t) => {
    const s = await open(t, byJob, 'order', leads(4));
    const { id } = z.object({ id: z.string() }).parse(await s.salesforce.api('POST', '/jobs/query', { operation: 'query', columnDelimiter: 'CARET', query: 'SELECT Id, Email, IsConverted FROM Lead ORDER BY Id DESC' }));
    const look = await activitiesOf(s).run('lookAtListJob', { ...scope, after: '', job: id, locator: '' });
    assert.equal(look.kind, 'lost');
  });
});
