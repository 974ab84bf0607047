import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CrmFailure } from '../../../activities/crm/failure.ts';
import { conceal, holdSecret, holdToken } from '../../../activities/crm/secrets.ts';

const failure = (words: string) => new CrmFailure({ system: 'hubspot', operation: 'read contacts', status: 400, code: words, reason: words, detail: words, fields: [words], rows: [words], requestId: words });

test('a failure repeats no credential of ours in any of a vendor\'s words, as it is or as a URL has it', () => {
  holdSecret('s3cret/of+ours');
  const { message, code, reason, detail, fields, rows, requestId } = failure('no: s3cret/of+ours, s3cret%2Fof%2Bours');
  for (const text of [code, reason, detail, fields[0], rows[0], requestId]) assert.equal(text, 'no: [removed], [removed]');
  assert.doesNotMatch(message, /s3cret/);
});

test('nor what looks like anybody\'s', () => {
  assert.equal(failure('Authorization: Bearer abcdef, client_secret=xyz').detail, 'Authorization: [removed], client_secret=[removed]');
});

test('a credential that is a short word is not looked for, since other words hold it', () => {
  holdSecret('sandbox');
  assert.equal(conceal('injected by the sandbox'), 'injected by the sandbox');
});

test('the newest hundred tokens are held, however many are renewed, and a secret for ever', () => {
  holdSecret('client-secret-of-ours');
  for (let n = 0; n < 150; n++) holdToken(`token-number-${n}`);
  assert.equal(conceal('token-number-149 client-secret-of-ours'), '[removed] [removed]');
  assert.equal(conceal('token-number-20'), 'token-number-20');
});
