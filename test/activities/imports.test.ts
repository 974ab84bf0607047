import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);
const PRODUCT = ['sync', 'workflows', 'activities', 'worker', 'client', 'console'];

/** The product's files that contain the text, by path. */
function filesWith(text: RegExp): string[] {
  const folders = PRODUCT.filter((folder) => existsSync(new URL(folder, ROOT)));
  const files = folders.flatMap((folder) => readdirSync(new URL(`${folder}/`, ROOT), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`));
  return files.filter((file) => file.endsWith('.ts') && text.test(readFileSync(new URL(file, ROOT), 'utf8')));
}

test('@hubspot/api-client is imported in one file, of activities/hubspot', () => {
  assert.deepEqual(filesWith(/from '@hubspot\/api-client/), ['activities/hubspot/request.ts']);
});

test('jsforce is imported in one file, of activities/salesforce, which sets its process-wide state', () => {
  assert.deepEqual(filesWith(/from 'jsforce/), ['activities/salesforce/jsforce.ts']);
  assert.deepEqual(filesWith(/setDispatcher\(|setDefaults\(/), ['activities/salesforce/jsforce.ts']);
});

test('the global dispatcher is set in one file', () => {
  assert.deepEqual(filesWith(/setGlobalDispatcher\(/), ['activities/crm/transport.ts']);
});

test('what of jsforce ends processes, deletes jobs or retires is not used: bulk2, SOAP login, and a connection\'s own streaming', () => {
  assert.deepEqual(filesWith(/\.(bulk2?|streaming|soap)\b\.|\.login\(|loginBySoap/), []);
});

test('jsforce\'s streaming client is made in one file, which takes its HTTP, its repeats and its handshakes away', () => {
  assert.deepEqual(filesWith(/new StreamingClient\(/), ['activities/salesforce/bayeux.ts']);
  assert.deepEqual(filesWith(/jsforce\/lib\/api\/streaming|createClient\(/), ['activities/salesforce/jsforce.ts']);
});

test('HubSpot\'s client gets neither retries nor a limiter, which are one per process', () => {
  assert.deepEqual(filesWith(/numberOfApiCallRetries|limiterOptions|limiterJobOptions/), []);
});
