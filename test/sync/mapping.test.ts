import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkMappings, DEFAULT_MAPPINGS, resolveMappings, type HubSpotProperty, type Mapping, type SalesforceField } from '../../sync/mapping.ts';

const property = (name: string, type: HubSpotProperty['type'] = 'string', fieldType = 'text', more: Partial<HubSpotProperty> = {}): HubSpotProperty =>
  ({ name, label: name, type, fieldType, options: [], readOnly: false, hasUniqueValue: false, ...more });
const salesforceField = (name: string, type = 'string', more: Partial<SalesforceField> = {}): SalesforceField => ({
  name, label: name, type, length: 80, scale: 0, precision: 0, createable: true, updateable: true, nillable: true, picklist: [], restricted: false, calculated: false, ...more,
});
const options = [{ value: 'a', label: 'A' }];

describe('checkMappings names the first fault', () => {
  const title: Mapping = { hubspot: 'jobtitle', lead: 'Title', contact: 'Title', rule: 'two-way' };
  const cases: [string, Mapping[], RegExp | null][] = [
    ['the defaults have none', [...DEFAULT_MAPPINGS], null],
    ['no mappings at all have none', [], null],
    ['a property is mapped once at most', [title, { hubspot: 'jobtitle', lead: 'Other__c', rule: 'none' }], /jobtitle is mapped twice/],
    ['a field is mapped once at most, whatever its case', [title, { hubspot: 'role', contact: 'TITLE', rule: 'none' }], /Contact\.TITLE is mapped twice/],
    ['the same field name on Lead and on Contact is no repeat', [{ hubspot: 'a', lead: 'Title', rule: 'none' }, { hubspot: 'b', contact: 'Title', rule: 'none' }], null],
    ['a mapping needs a Salesforce field', [{ hubspot: 'jobtitle', rule: 'two-way' }], /no Salesforce field/],
    ['an empty field name is no field', [{ hubspot: 'jobtitle', lead: 'Title', contact: ' ', rule: 'two-way' }], /empty Contact field/],
    ['a mapping needs a HubSpot property', [{ hubspot: '', lead: 'Title', rule: 'two-way' }], /no HubSpot property/],
    ['email is never always-salesforce', [{ hubspot: 'email', lead: 'Email', rule: 'always-salesforce' }], /email cannot have the rule always-salesforce/],
    ['email is never left out of the sync', [{ hubspot: 'email', lead: 'Email', rule: 'none' }], /email cannot have the rule none/],
    ['email may be two-way', [{ hubspot: 'email', lead: 'Email', rule: 'two-way' }], null],
    ['Salesforce ids are written by Sluice', [{ hubspot: 'salesforceleadid', lead: 'Id', rule: 'always-salesforce' }], /Sluice writes it itself/],
    ['the external id is written by Sluice', [{ hubspot: 'x', lead: 'HubSpot_Contact_Id__c', rule: 'two-way' }], /Sluice writes it itself/],
  ];
  for (const [name, mappings, fault] of cases) {
    test(name, () => {
      const found = checkMappings(mappings);
      if (fault === null) assert.equal(found, null);
      else assert.match(found ?? '', fault);
    });
  }
});

test('the default mappings are those of the specification', () => {
  const rules = Object.fromEntries(DEFAULT_MAPPINGS.map((one) => [one.hubspot, `${one.lead ?? '-'} ${one.contact ?? '-'} ${one.rule}`]));
  assert.deepEqual(rules, {
    email: 'Email Email salesforce-unless-blank', firstname: 'FirstName FirstName salesforce-unless-blank', lastname: 'LastName LastName salesforce-unless-blank',
    salutation: 'Salutation Salutation salesforce-unless-blank', jobtitle: 'Title Title salesforce-unless-blank', phone: 'Phone Phone salesforce-unless-blank',
    mobilephone: 'MobilePhone MobilePhone salesforce-unless-blank', fax: 'Fax Fax salesforce-unless-blank', hubspot_owner_id: 'OwnerId OwnerId two-way',
    company: 'Company Account.Name salesforce-unless-blank', website: 'Website - salesforce-unless-blank', address: 'Street MailingStreet salesforce-unless-blank',
    city: 'City MailingCity salesforce-unless-blank', state: 'State MailingState salesforce-unless-blank', zip: 'PostalCode MailingPostalCode salesforce-unless-blank',
    country: 'Country MailingCountry salesforce-unless-blank', industry: 'Industry - salesforce-unless-blank', annualrevenue: 'AnnualRevenue - salesforce-unless-blank',
    numemployees: 'NumberOfEmployees - salesforce-unless-blank', leadsource: 'LeadSource LeadSource salesforce-unless-blank', hs_lead_status: 'Status - always-salesforce',
    hs_email_optout: 'HasOptedOutOfEmail HasOptedOutOfEmail salesforce-unless-blank',
  });
});

describe('types go together by the table of conversions', () => {
  const choice = { options };
  const cases: [HubSpotProperty, SalesforceField, string | null][] = [
    [property('p'), salesforceField('F'), 'text'],
    [property('p'), salesforceField('F', 'textarea'), 'text'],
    [property('p', 'string', 'textarea'), salesforceField('F', 'textarea'), 'multiline'],
    [property('p', 'string', 'textarea'), salesforceField('F'), null],
    [property('p', 'string', 'phonenumber'), salesforceField('F', 'phone'), 'phone'],
    [property('p'), salesforceField('F', 'phone'), 'phone'],
    [property('email'), salesforceField('Email', 'email'), 'email'],
    [property('p', 'enumeration', 'select', choice), salesforceField('F', 'picklist', { picklist: options }), 'choice'],
    [property('p', 'enumeration', 'radio', choice), salesforceField('F', 'picklist', { picklist: options }), 'choice'],
    [property('p'), salesforceField('F', 'picklist', { picklist: options }), 'choice'],
    [property('p', 'enumeration', 'select', choice), salesforceField('F'), 'choice'],
    [property('p', 'enumeration', 'select', choice), salesforceField('F', 'reference'), 'reference'],
    [property('p', 'enumeration', 'select'), salesforceField('F', 'reference'), null],
    [property('p', 'enumeration', 'checkbox', choice), salesforceField('F', 'multipicklist', { picklist: options }), 'choices'],
    [property('p', 'enumeration', 'checkbox', choice), salesforceField('F', 'picklist', { picklist: options }), null],
    [property('p', 'bool', 'booleancheckbox'), salesforceField('F', 'boolean'), 'checkbox'],
    [property('p', 'enumeration', 'booleancheckbox', choice), salesforceField('F', 'boolean'), 'checkbox'],
    [property('p', 'bool', 'booleancheckbox'), salesforceField('F'), null],
    [property('p', 'number', 'number'), salesforceField('F', 'double', { precision: 18, scale: 2 }), 'number'],
    [property('p', 'number', 'number'), salesforceField('F', 'int'), 'number'],
    [property('p'), salesforceField('F', 'currency', { precision: 18, scale: 0 }), 'number'],
    [property('p', 'number', 'number'), salesforceField('F'), null],
    [property('p', 'enumeration', 'select', choice), salesforceField('F', 'int'), null],
    [property('p', 'date', 'date'), salesforceField('F', 'date'), 'date'],
    [property('p', 'date', 'date'), salesforceField('F', 'datetime'), 'day'],
    [property('p', 'datetime', 'date'), salesforceField('F', 'date'), 'day'],
    [property('p', 'datetime', 'date'), salesforceField('F', 'datetime'), 'datetime'],
    [property('p'), salesforceField('F', 'date'), null],
    [property('p'), salesforceField('F', 'address'), null],
    [property('hubspot_owner_id', 'enumeration', 'select'), salesforceField('OwnerId', 'reference'), 'owner'],
    [property('hubspot_owner_id', 'enumeration', 'select'), salesforceField('Buddy__c', 'reference'), null],
    [property('p', 'enumeration', 'select', choice), salesforceField('OwnerId', 'reference'), null],
  ];
  for (const [hubspot, field, kind] of cases) {
    test(`${hubspot.name} ${hubspot.type}/${hubspot.fieldType} with ${field.name} ${field.type} is ${kind ?? 'skipped with a reason'}`, () => {
      const { fields, skipped } = resolveMappings([{ hubspot: hubspot.name, lead: field.name, rule: 'two-way' }], [hubspot], { Lead: [field], Contact: [] });
      assert.equal(fields.Lead[0]?.conversion.kind ?? null, kind);
      assert.equal(skipped.length, kind === null ? 1 : 0);
      if (kind === null) assert.match(skipped[0]?.reason ?? '', /.{20,}/);
    });
  }
});

describe('resolveMappings', () => {
  const both = (hubspot: string, field: string, rule: Mapping['rule'] = 'two-way'): Mapping => ({ hubspot, lead: field, contact: field, rule });

  test('skips what an account lacks, per object and with the reason', () => {
    const { fields, skipped } = resolveMappings([both('jobtitle', 'Title'), both('nope', 'Phone')], [property('jobtitle')], { Lead: [salesforceField('Title')], Contact: [] });
    assert.deepEqual(fields.Lead.map((one) => one.salesforce), ['Title']);
    assert.deepEqual(skipped.map((one) => [one.hubspot, one.object]), [['jobtitle', 'Contact'], ['nope', 'Lead'], ['nope', 'Contact']]);
  });

  test('a field that the integration user cannot write makes the mapping one-way, with a warning', () => {
    const { fields, warnings } = resolveMappings([both('jobtitle', 'Title')], [property('jobtitle')], { Lead: [salesforceField('Title', 'string', { updateable: false })], Contact: [salesforceField('Title')] });
    assert.deepEqual([fields.Lead[0]?.direction, fields.Contact[0]?.direction], ['to-hubspot', 'both']);
    assert.match(warnings.join(), /jobtitle - Lead\.Title goes from Salesforce to HubSpot only/);
  });

  test('Account.Name goes to HubSpot only, although describe of Contact does not show it', () => {
    const { fields, warnings } = resolveMappings([{ hubspot: 'company', contact: 'Account.Name', rule: 'two-way' }], [property('company')], { Lead: [], Contact: [] });
    assert.equal(fields.Contact[0]?.direction, 'to-hubspot');
    assert.equal(warnings.length, 1);
  });

  test('a read-only HubSpot property goes to Salesforce only, with a warning; read-only on both sides is skipped', () => {
    const fields = { Lead: [salesforceField('A'), salesforceField('B', 'string', { updateable: false })], Contact: [] };
    const found = resolveMappings([{ hubspot: 'a', lead: 'A', rule: 'two-way' }, { hubspot: 'b', lead: 'B', rule: 'two-way' }], [property('a', 'string', 'text', { readOnly: true }), property('b', 'string', 'text', { readOnly: true })], fields);
    assert.deepEqual(found.fields.Lead.map((one) => [one.hubspot, one.direction]), [['a', 'to-salesforce']]);
    assert.deepEqual(found.skipped.map((one) => one.hubspot), ['b']);
    assert.equal(found.warnings.length, 1);
  });

  test('warns of a checkbox under "Prefer Salesforce unless blank", which HubSpot never writes', () => {
    const box = property('vip', 'bool', 'booleancheckbox');
    const fields = { Lead: [salesforceField('Vip__c', 'boolean', { nillable: false })], Contact: [] };
    assert.match(resolveMappings([{ hubspot: 'vip', lead: 'Vip__c', rule: 'salesforce-unless-blank' }], [box], fields).warnings.join(), /HubSpot never writes it/);
    const { fields: { Lead }, warnings } = resolveMappings([{ hubspot: 'vip', lead: 'Vip__c', rule: 'two-way' }], [box], fields);
    assert.deepEqual([warnings, Lead[0]?.required], [[], false]);
  });

  test('owners are two-way whatever rule is shown, with a warning; "Don\'t sync" stays', () => {
    const owner = property('hubspot_owner_id', 'enumeration', 'select');
    const fields = { Lead: [salesforceField('OwnerId', 'reference', { nillable: false })], Contact: [] };
    const resolve = (rule: Mapping['rule']) => resolveMappings([{ hubspot: 'hubspot_owner_id', lead: 'OwnerId', rule }], [owner], fields);
    assert.deepEqual([resolve('always-salesforce').fields.Lead[0]?.rule, resolve('always-salesforce').warnings.length], ['two-way', 1]);
    assert.equal(resolve('none').fields.Lead[0]?.rule, 'none');
  });

  test('the opt-out goes to Salesforce only, without a warning', () => {
    const { fields, warnings } = resolveMappings([{ hubspot: 'hs_email_optout', lead: 'HasOptedOutOfEmail', rule: 'salesforce-unless-blank' }],
      [property('hs_email_optout', 'bool', 'booleancheckbox', { readOnly: true })], { Lead: [salesforceField('HasOptedOutOfEmail', 'boolean')], Contact: [] });
    assert.deepEqual([fields.Lead[0]?.treatment, fields.Lead[0]?.direction, warnings], ['opt-out', 'to-salesforce', []]);
  });
});
