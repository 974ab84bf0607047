import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startOrg } from '../sandbox/salesforce/sandbox.ts';
import { pythonWith } from './python.ts';

const python = await pythonWith(['simple-salesforce==1.12.6']);

const script = `
import json, os, requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceExpiredSession, SalesforceMalformedRequest, SalesforceResourceNotFound

url = os.environ['SANDBOX']
token = requests.post(url + '/services/oauth2/token', data={'grant_type': 'client_credentials', 'client_id': 'sandbox', 'client_secret': 'sandbox'}).json()
sf = Salesforce(instance_url=token['instance_url'], session_id=token['access_token'], version='67.0')
told = {}
told['objects'] = [one['name'] for one in sf.describe()['sobjects']]
told['fields'] = len(sf.Lead.describe()['fields'])
created = sf.Lead.create({'LastName': 'Lovelace', 'Company': 'Engines', 'Email': 'ada@engines.example'})
told['created'] = created['success']
told['read'] = sf.Lead.get(created['id'])['Name']
told['updated'] = sf.Lead.update(created['id'], {'FirstName': 'Ada'})
told['upserted'] = [sf.Lead.upsert('HubSpot_Contact_Id__c/77', {'LastName': 'Byron', 'Company': 'Engines'}) for _ in range(2)]
told['by_external_id'] = sf.Lead.get_by_custom_id('HubSpot_Contact_Id__c', '77')['LastName']
batch = sf.restful('composite/sobjects', method='POST', json={'allOrNone': False, 'records': [
    {'attributes': {'type': 'Contact'}, 'LastName': 'One'}, {'attributes': {'type': 'Contact'}}]})
told['batch'] = [batch[0]['success'], sf.Contact.get(batch[0]['id'])['LastName'], batch[1]['errors']]
told['query'] = [row['Name'] for row in sf.query_all("SELECT Name FROM Lead WHERE Company = 'engines' ORDER BY Name")['records']]
for start in range(0, 2200, 200):
    sf.restful('composite/sobjects', method='POST', json={'records': [{'attributes': {'type': 'Account'}, 'Name': 'a%d' % n} for n in range(start, start + 200)]})
told['pages'] = len(sf.query_all('SELECT Id FROM Account')['records'])
told['bulk'] = sum(len(part.splitlines()) - 1 for part in sf.bulk2.Account.query('SELECT Id, Name FROM Account', max_records=1000))
told['deleted'] = sf.Lead.delete(created['id'])
told['with_deleted'] = sf.query("SELECT Id FROM Lead WHERE IsDeleted = true", include_deleted=True)['totalSize']
for name, call in (('gone', lambda: sf.Lead.get(created['id'])), ('refused', lambda: sf.Lead.create({'LastName': 'x'})), ('malformed', lambda: sf.query('SELECT Foo FROM Lead')),
                   ('expired', lambda: Salesforce(instance_url=url, session_id='stranger', version='67.0').query('SELECT Id FROM Lead'))):
    try:
        call()
        told[name] = 'not refused'
    except (SalesforceResourceNotFound, SalesforceMalformedRequest, SalesforceExpiredSession) as error:
        told[name] = [type(error).__name__, error.status, error.content[0]['errorCode']]
told['usage'] = sf.api_usage['api-usage'].total
print(json.dumps(told))
`;

test('simple-salesforce, written by others, does its work against the sandbox over TLS', { skip: 'skip' in python ? python.skip : false }, async () => {
  assert.ok(!('skip' in python));
  const directory = mkdtempSync(join(tmpdir(), 'salesforce-tls-'));
  after(() => rmSync(directory, { recursive: true }));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const sandbox = await startOrg({ tls: { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') } });
  assert.match(sandbox.url, /^https:/);
  const told: unknown = JSON.parse(await python.run(script, { SANDBOX: sandbox.url, REQUESTS_CA_BUNDLE: cert, NO_PROXY: '127.0.0.1' }));
  assert.deepEqual(told, {
    objects: ['Account', 'Contact', 'Lead', 'User'],
    fields: sandbox.org.schema.fields('Lead').length,
    created: true, read: 'Lovelace', updated: 204, upserted: [201, 200], by_external_id: 'Byron',
    batch: [true, 'One', [{ statusCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [LastName]', fields: ['LastName'] }]],
    query: ['Ada Lovelace', 'Byron'], pages: 2200, bulk: 2200, deleted: 204, with_deleted: 1,
    gone: ['SalesforceResourceNotFound', 404, 'ENTITY_IS_DELETED'],
    refused: ['SalesforceMalformedRequest', 400, 'REQUIRED_FIELD_MISSING'],
    malformed: ['SalesforceMalformedRequest', 400, 'INVALID_FIELD'],
    expired: ['SalesforceExpiredSession', 401, 'INVALID_SESSION_ID'],
    usage: 15_000,
  });
});
