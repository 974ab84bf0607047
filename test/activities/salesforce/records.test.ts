import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { createLimiter } from '../../../activities/crm/limiter.ts';
import { createSalesforce, soql } from '../../../activities/salesforce/index.ts';
import type { Salesforce } from '../../../activities/salesforce/index.ts';
import { idSchema } from '../../../activities/salesforce/recordSchema.ts';
import type { SalesforceId } from '../../../sync/records.ts';
import { startSalesforceSandbox } from '../../../sandbox/salesforce/start.ts';

const call = { lane: 'live' } as const;
const NOBODY = idSchema.parse('003000000000999AAA');
const EXTERNAL_ID = 'HubSpot_Contact_Id__c';

let sandbox: Awaited<ReturnType<typeof startSalesforceSandbox>>;
let salesforce: Salesforce;
before(async () => {
  sandbox = await startSalesforceSandbox({ port: 0, seed: { seed: 'empty' } });
  salesforce = createSalesforce({ loginUrl: sandbox.url, clientId: 'sandbox', clientSecret: 'sandbox', limiter: createLimiter() });
});
after(() => sandbox.close());

async function control(name: string, body: object, method: 'POST' | 'DELETE' = 'POST'): Promise<unknown> {
  const response = await fetch(`${sandbox.url}/_sandbox/${name}`, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${name}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}

async function created(...rows: Record<string, string>[]): Promise<SalesforceId[]> {
  const outcomes = await salesforce.create('Contact', rows, call);
  return outcomes.map((outcome) => {
    assert.ok(outcome.ok);
    return outcome.id;
  });
}

describe('queries', () => {
  test('values are escaped: quotes, backslashes and line ends find what they are', async () => {
    const names = ["O'Neil", 'back\\slash', 'new\nline', "' OR Name != '", '100%'];
    await created(...names.map((LastName) => ({ LastName })));
    for (const name of names) {
      const rows = await salesforce.queryAllPages(soql`SELECT Id, LastName FROM Contact WHERE LastName = ${name}`, { ...call, atMost: 10 });
      assert.deepEqual(rows.map((row) => row['LastName']), [name]);
    }
  });

  test('an IN list longer than a URL finds all its records', async () => {
    const emails = Array.from({ length: 450 }, (_, n) => `person-number-${n}@in-list.example`);
    await created(...emails.map((Email) => ({ LastName: 'In', Email })));
    const rows = await salesforce.queryIn(emails, (some) => soql`SELECT Id, Email FROM Contact WHERE Email IN (${some})`, { ...call, atMost: 1000 });
    assert.equal(rows.length, emails.length);
    assert.deepEqual(new Set(rows.map((row) => row['Email'])), new Set(emails));
  });

  test('pages are followed by their URL', async () => {
    await created(...Array.from({ length: 1700 }, () => ({ LastName: 'Page' })));
    const text = soql`SELECT Id FROM Contact WHERE LastName IN ('Page', 'In')`;
    const first = await salesforce.query(text, call);
    assert.ok(first.totalSize > 2000 && first.nextRecordsUrl !== null);
    const second = await salesforce.queryMore(first.nextRecordsUrl, call);
    assert.equal(first.records.length + second.records.length, first.totalSize);
    assert.equal((await salesforce.queryAllPages(text, { ...call, atMost: 5000 })).length, first.totalSize);
  });

  test('deleted records are seen where asked for', async () => {
    const [id] = await created({ LastName: 'Gone' });
    assert.ok(id);
    await salesforce.remove([id], call);
    const text = soql`SELECT Id, IsDeleted FROM Contact WHERE Id = ${id}`;
    assert.deepEqual((await salesforce.query(text, call)).records, []);
    assert.deepEqual((await salesforce.query(text, { ...call, deleted: true })).records, [{ Id: id, IsDeleted: true }]);
  });

  test('instants are compared in UTC, whole list of fields selected once', async () => {
    await created({ LastName: 'Clocked' });
    const since = new Date(sandbox.clock.now() - 60_000);
    const rows = await salesforce.queryAllPages(soql`SELECT ${soql.fields(['Id', 'LastName', 'Id'])} FROM ${soql.name('Contact')} WHERE SystemModstamp > ${since} AND LastName = ${'Clocked'}`, { ...call, atMost: 10 });
    assert.equal(rows.length, 1);
  });
});

describe('records', () => {
  test('a create, an update and a read go row by row, in order', async () => {
    const outcomes = await salesforce.create('Contact', [{ LastName: 'One' }, { FirstName: 'No last name' }, { LastName: 'Three' }], call);
    assert.deepEqual(outcomes.map(({ ok }) => ok), [true, false, true]);
    const [one, bad] = outcomes;
    assert.ok(one?.ok && bad && !bad.ok);
    assert.deepEqual([bad.failure.code, bad.failure.fields], ['REQUIRED_FIELD_MISSING', ['LastName']]);
    const updates = await salesforce.update('Contact', [{ Id: one.id, FirstName: 'A', Title: null }, { Id: NOBODY, FirstName: 'B' }], call);
    assert.deepEqual(updates.map(({ ok }) => ok), [true, false]);
    const read = await salesforce.retrieve('Contact', [one.id, NOBODY], ['FirstName', 'LastName'], call);
    assert.deepEqual([...read.values()], [{ Id: one.id, FirstName: 'A', LastName: 'One' }, null]);
  });

  test('an upsert by external id creates once and then updates', async () => {
    const row = { [EXTERNAL_ID]: '77', LastName: 'Upserted' };
    const [first] = await salesforce.upsertByExternalId('Contact', EXTERNAL_ID, [row], call);
    const [second] = await salesforce.upsertByExternalId('Contact', EXTERNAL_ID, [{ ...row, LastName: 'Again' }], call);
    assert.ok(first?.ok && second?.ok);
    assert.deepEqual([first.created, second.created, first.id === second.id], [true, false, true]);
  });

  test('an answer lost after the write took effect makes no second record', async () => {
    await control('faults', { method: 'PATCH', path: '/services/data/v67.0/composite/sobjects/*', cut: true, when: 'after' });
    const [outcome] = await salesforce.upsertByExternalId('Contact', EXTERNAL_ID, [{ [EXTERNAL_ID]: '78', LastName: 'Lost' }], call);
    assert.ok(outcome?.ok);
    assert.equal(outcome.created, false, 'the second call found what the first had made');
    const { totalSize } = await salesforce.query(soql`SELECT Id FROM Contact WHERE LastName = ${'Lost'}`, call);
    assert.equal(totalSize, 1);
  });

  test('a duplicate rule that blocks names the records that it matched', async () => {
    const [id] = await created({ LastName: 'Twin', Email: 'twin@d.example' });
    await control('duplicate-rules', { object: 'Contact', mode: 'block' });
    const [outcome] = await salesforce.create('Contact', [{ LastName: 'Twin', Email: 'twin@d.example' }], call);
    await control('duplicate-rules', {}, 'DELETE');
    assert.ok(outcome && !outcome.ok);
    assert.equal(outcome.failure.code, 'DUPLICATES_DETECTED');
    assert.deepEqual(outcome.failure.duplicates.map((match) => match.id), [id]);
  });

  test('a delete says so, and again', async () => {
    const [id] = await created({ LastName: 'Removed' });
    assert.ok(id);
    assert.deepEqual(await salesforce.remove([id], call), [{ ok: true, id }]);
    assert.deepEqual(await salesforce.remove([id], call), [{ ok: true, id }]);
  });
});

describe('the org', () => {
  test('has an identity', async () => {
    const { organizationId, userId, instanceUrl } = await salesforce.identity(call);
    assert.match(organizationId, /^00D/);
    assert.match(userId, /^005/);
    assert.equal(instanceUrl, sandbox.url);
  });

  test('describes its fields as mappings need them', async () => {
    const fields = await salesforce.describe('Contact', call);
    const find = (name: string) => fields.find((field) => field.name === name);
    assert.deepEqual([find('LastName')?.type, find('LastName')?.nillable, find('LastName')?.createable], ['string', false, true]);
    assert.deepEqual([find(EXTERNAL_ID)?.externalId, find(EXTERNAL_ID)?.unique], [true, true]);
    assert.deepEqual(find('Tier__c')?.picklist.map(({ value }) => value), ['Gold', 'Silver', 'Bronze']);
    assert.equal(find('Tier__c')?.restricted, true);
  });

  test('names its active users with their emails', async () => {
    const users = await salesforce.activeUsers(call);
    assert.ok(users.length > 0 && users.every(({ id, email }) => id.startsWith('005') && email !== null));
  });

  test('says how many calls it allows and has used', async () => {
    const { max, remaining } = await salesforce.limits(call);
    assert.deepEqual([max, salesforce.usage().limit], [15_000, 15_000]);
    assert.ok(remaining < max && (salesforce.usage().used ?? 0) > 0);
    assert.ok(salesforce.calls().live > 0);
  });

  test('what the integration user lacks is told in sentences with the remedy', async () => {
    assert.deepEqual(await salesforce.checkAccess(call), []);
    await control('permissions', { object: 'Contact', field: EXTERNAL_ID, edit: false });
    await control('permissions', { object: 'Lead', field: EXTERNAL_ID, read: false });
    const sentences = await salesforce.checkAccess(call);
    await control('permissions', { object: 'Contact', field: EXTERNAL_ID, edit: true });
    await control('permissions', { object: 'Lead', field: EXTERNAL_ID, read: true, edit: true });
    assert.equal(sentences.length, 2);
    assert.match(sentences[0] ?? '', /^Lead has no field HubSpot_Contact_Id__c that the Salesforce integration user can see/);
    assert.match(sentences[1] ?? '', /may not write Contact\.HubSpot_Contact_Id__c/);
  });

  test('a session revoked within its first minute is told as refused; the guard tests let the minute pass', async () => {
    await salesforce.identity(call);
    await control('revoke', { kind: 'access' });
    await assert.rejects(salesforce.query(soql`SELECT Id FROM Contact LIMIT 1`, call), { status: 401, code: 'INVALID_SESSION_ID' });
  });
});
