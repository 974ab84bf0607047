import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_MAPPINGS } from '../../sync/mapping.ts';
import { describeRef } from '../../sync/pair.ts';
import { NOT_PROVIDED } from '../../sync/placeholder.ts';
import { crmNames, errorCategories, rungs, type SalesforceId } from '../../sync/records.ts';

test('errors are shown in the six categories of the native integration, then in five of Sluice\'s own', () => {
  assert.deepEqual(errorCategories, [
    'associations', 'custom-code', 'duplicates', 'permissions', 'property-mapping', 'property-value',
    'authentication', 'api-limit', 'temporary', 'record-missing', 'segment',
  ]);
});

test('a link names the rung of the ladder that found it', () => {
  assert.deepEqual(rungs, ['link', 'external-id', 'contact-email', 'lead-email', 'created', 'import', 'resolved']);
});

test('sentences spell both CRMs as they call themselves, and a record by its type and id', () => {
  assert.deepEqual(crmNames, { hubspot: 'HubSpot', salesforce: 'Salesforce' });
  assert.equal(describeRef({ type: 'Lead', id: '00Q000000000001AAA' as SalesforceId }), 'Lead 00Q000000000001AAA');
});

test('the placeholder of required fields is the one that older records hold', () => {
  assert.equal(NOT_PROVIDED, '[not provided]');
});

test('each default mapping has a Lead field or a Contact field, and none that is empty', () => {
  for (const mapping of DEFAULT_MAPPINGS) {
    const fields = [...('lead' in mapping ? [mapping.lead] : []), ...('contact' in mapping ? [mapping.contact] : [])];
    assert.ok(fields.length > 0 && fields.every((field) => typeof field === 'string' && field !== ''), mapping.hubspot);
  }
});
