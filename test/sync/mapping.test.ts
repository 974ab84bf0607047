import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conversionOf } from '../../sync/mapping/conversion.ts';
import { checkMappings, DEFAULT_MAPPINGS, resolveMappings, type Conversion, type HubSpotProperty, type Mapping, type SalesforceField } from '../../sync/mapping.ts';

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
    ['an empty name is no Salesforce field', [{ hubspot: 'jobtitle', lead: ' ', rule: 'two-way' }], /no Salesforce field/],
    ['an empty field name is no field', [{ hubspot: 'jobtitle', lead: 'Title', contact: ' ', rule: 'two-way' }], /empty Contact field/],
    ['white space is no HubSpot property', [{ hubspot: ' ', lead: 'Title', rule: 'two-way' }], /no HubSpot property/],
    ['a mapping needs a HubSpot property', [{ hubspot: '', lead: 'Title', rule: 'two-way' }], /no HubSpot property/],
    ['email is never always-salesforce', [{ hubspot: 'email', lead: 'Email', rule: 'always-salesforce' }], /email cannot have the rule always-salesforce/],
    ['email is never left out of the sync', [{ hubspot: 'email', lead: 'Email', rule: 'none' }], /email cannot have the rule none/],
    ['email may be two-way', [{ hubspot: 'email', lead: 'Email', rule: 'two-way' }], null],
    ['Salesforce ids are written by Sluice', [{ hubspot: 'salesforceleadid', lead: 'Id', rule: 'always-salesforce' }], /Sluice writes it itself/],
    ['so are those of Contacts', [{ hubspot: 'salesforcecontactid', contact: 'Id', rule: 'none' }], /^salesforcecontactid cannot be mapped: Sluice writes it itself\.$/],
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
  const listed = { options };
  const properties: Record<string, HubSpotProperty[]> = {
    text: [property('p'), property('p', 'string', 'file')],
    multiline: [property('p', 'string', 'textarea'), property('p', 'string', 'html')],
    phone: [property('p', 'string', 'phonenumber')],
    choice: [property('p', 'enumeration', 'select', listed), property('p', 'enumeration', 'radio', listed)],
    choices: [property('p', 'enumeration', 'checkbox', listed)],
    checkbox: [property('p', 'bool', 'booleancheckbox', listed), property('p', 'enumeration', 'booleancheckbox', listed)],
    number: [property('p', 'number', 'number')],
    date: [property('p', 'date', 'date')],
    datetime: [property('p', 'datetime', 'date')],
  };
  const types: Record<string, string[]> = { oneline: ['string', 'url', 'id', 'combobox', 'encryptedstring'], number: ['int', 'long', 'double', 'currency', 'percent'], other: ['address', 'location', 'base64', 'anyType'] };
  // "-": they do not go together.
  const table = `
              oneline  textarea   number  email  phone  picklist  multipicklist  reference  boolean   date  datetime  other
    text      text     text       number  email  phone  choice    -              -          -         -     -         -
    multiline -        multiline  -       -      -      -         -              -          -         -     -         -
    phone     phone    phone      -       -      phone  -         -              -          -         -     -         -
    choice    choice   choice     -       -      -      choice    -              reference  -         -     -         -
    choices   -        -          -       -      -      -         choices        -          -         -     -         -
    checkbox  -        -          -       -      -      -         -              -          checkbox  -     -         -
    number    -        -          number  -      -      -         -              -          -         -     -         -
    date      -        -          -       -      -      -         -              -          -         date  day       -
    datetime  -        -          -       -      -      -         -              -          -         day   datetime  -`;
  const [head = [], ...rows] = table.trim().split('\n').map((line) => line.trim().split(/\s+/));
  for (const [kind = '', ...cells] of rows) {
    for (const [column, cell] of cells.entries()) {
      const group = head[column] ?? '';
      test(`a HubSpot ${kind} with a Salesforce ${group} is ${cell === '-' ? 'skipped with a reason' : `a ${cell}`}`, () => {
        for (const hubspot of properties[kind] ?? assert.fail()) {
          for (const type of types[group] ?? [group]) {
            const found = conversionOf(hubspot, salesforceField('F', type, { picklist: options }));
            if (cell !== '-') assert.equal(typeof found === 'string' ? found : found.kind, cell, type);
            else assert.equal(found, `HubSpot's p (${hubspot.type}, ${hubspot.fieldType}) and Salesforce's F (${type}) have types that do not go together.`);
          }
        }
      });
    }
  }

  const others = [{ value: 'b', label: 'B' }];
  const select = property('p', 'enumeration', 'select', listed);
  const cases: [string, HubSpotProperty, SalesforceField, Conversion | string][] = [
    ['text has Salesforce\'s length', property('p'), salesforceField('F'), { kind: 'text', maxLength: 80 }],
    ['an email that Salesforce keeps as text is an email', property('email'), salesforceField('F'), { kind: 'email', maxLength: 80 }],
    ['email is an email', property('email'), salesforceField('Email', 'email'), { kind: 'email', maxLength: 80 }],
    ['a phone number in a property called email is a phone number', property('email', 'string', 'phonenumber'), salesforceField('F'), { kind: 'phone', maxLength: 80 }],
    ['several lines have a length', property('p', 'string', 'textarea'), salesforceField('F', 'textarea'), { kind: 'multiline', maxLength: 80 }],
    ['a phone has a length', property('p'), salesforceField('F', 'phone'), { kind: 'phone', maxLength: 80 }],
    ['two lists meet', select, salesforceField('F', 'picklist', { picklist: others }), { kind: 'choice', hubspot: options, salesforce: others, maxLength: 80 }],
    ['a list in Salesforce alone', property('p'), salesforceField('F', 'picklist', { picklist: others }), { kind: 'choice', hubspot: null, salesforce: others, maxLength: 80 }],
    ['a list in HubSpot alone', select, salesforceField('F'), { kind: 'choice', hubspot: options, salesforce: null, maxLength: 80 }],
    ['two lists of several', property('p', 'enumeration', 'checkbox', listed), salesforceField('F', 'multipicklist', { picklist: others }), { kind: 'choices', hubspot: options, salesforce: others }],
    ['a dropdown of record ids', select, salesforceField('F', 'reference'), { kind: 'reference', hubspot: options }],
    ['an int takes no fraction', property('p', 'number'), salesforceField('F', 'int', { precision: 8 }), { kind: 'number', integer: true, scale: 0, integerDigits: null }],
    ['a double has digits before and after the point', property('p', 'number'), salesforceField('F', 'double', { precision: 18, scale: 2 }), { kind: 'number', integer: false, scale: 2, integerDigits: 16 }],
    ['a double without a precision has any', property('p', 'number'), salesforceField('F', 'double', { scale: 2 }), { kind: 'number', integer: false, scale: 2, integerDigits: null }],
    ['a day in HubSpot and an instant in Salesforce', property('p', 'date', 'date'), salesforceField('F', 'datetime'), { kind: 'day', instant: 'salesforce' }],
    ['an instant in HubSpot and a day in Salesforce', property('p', 'datetime', 'date'), salesforceField('F', 'date'), { kind: 'day', instant: 'hubspot' }],
    ['owners go with each other', property('hubspot_owner_id', 'enumeration', 'select'), salesforceField('OwnerId', 'reference'), { kind: 'owner' }],
    ['an owner goes with no other user', property('hubspot_owner_id', 'enumeration', 'select', listed), salesforceField('Buddy__c', 'reference'), 'hubspot_owner_id and OwnerId go with each other only, not hubspot_owner_id with Buddy__c.'],
    ['a Salesforce owner goes with no other property', select, salesforceField('OwnerId', 'reference'), 'hubspot_owner_id and OwnerId go with each other only, not p with OwnerId.'],
    ['a HubSpot user has no options', property('p', 'enumeration', 'select'), salesforceField('F', 'reference'), 'HubSpot\'s p has no options of its own: properties of the kind "HubSpot user" cannot be mapped.'],
    ['a set without options is no HubSpot user', property('p', 'enumeration', 'checkbox'), salesforceField('F', 'reference'), 'HubSpot\'s p (enumeration, checkbox) and Salesforce\'s F (reference) have types that do not go together.'],
    ['a dropdown without options is no text', property('p', 'enumeration', 'select'), salesforceField('F'), 'HubSpot\'s p (enumeration, select) and Salesforce\'s F (string) have types that do not go together.'],
  ];
  for (const [name, hubspot, field, expected] of cases) test(name, () => assert.deepEqual(conversionOf(hubspot, field), expected));
});

describe('resolveMappings', () => {
  const both = (hubspot: string, field: string, rule: Mapping['rule'] = 'two-way'): Mapping => ({ hubspot, lead: field, contact: field, rule });

  test('skips what an account lacks, per object and with the reason', () => {
    const { fields, skipped } = resolveMappings([both('jobtitle', 'Title'), both('nope', 'Phone')], [property('jobtitle')], { Lead: [salesforceField('Title')], Contact: [] });
    assert.deepEqual(fields.Lead.map((one) => one.salesforce), ['Title']);
    assert.deepEqual(skipped, [
      { hubspot: 'jobtitle', salesforce: 'Title', object: 'Contact', reason: 'Salesforce shows the integration user no field Title on Contact.' },
      { hubspot: 'nope', salesforce: 'Phone', object: 'Lead', reason: 'HubSpot has no contact property nope.' },
      { hubspot: 'nope', salesforce: 'Phone', object: 'Contact', reason: 'HubSpot has no contact property nope.' },
    ]);
  });

  test('makes of an ordinary mapping a field with its rule, its conversion, and whether Salesforce demands a value', () => {
    const text = salesforceField('LastName', 'string', { nillable: false });
    const { fields, warnings } = resolveMappings([{ hubspot: 'lastname', lead: 'LastName', rule: 'always-salesforce' }], [property('lastname')], { Lead: [text], Contact: [] });
    assert.deepEqual(fields, { Lead: [{ hubspot: 'lastname', salesforce: 'LastName', treatment: 'ordinary', conversion: { kind: 'text', maxLength: 80 }, rule: 'always-salesforce', direction: 'both', required: true }], Contact: [] });
    assert.deepEqual(warnings, []);
    const checkbox = resolveMappings([{ hubspot: 'vip', lead: 'Vip__c', rule: 'two-way' }], [property('vip', 'bool')], { Lead: [salesforceField('Vip__c', 'boolean', { nillable: false })], Contact: [] });
    assert.equal(checkbox.fields.Lead[0]?.required, false, 'a checkbox is never blank');
  });

  test('skips what does not go together, with the reason', () => {
    const { fields, skipped } = resolveMappings([{ hubspot: 'jobtitle', lead: 'Birthday', rule: 'two-way' }], [property('jobtitle')], { Lead: [salesforceField('Birthday', 'date')], Contact: [] });
    assert.deepEqual(fields, { Lead: [], Contact: [] });
    assert.deepEqual(skipped, [{ hubspot: 'jobtitle', salesforce: 'Birthday', object: 'Lead', reason: 'HubSpot\'s jobtitle (string, text) and Salesforce\'s Birthday (date) have types that do not go together.' }]);
  });

  test('email has rules of its own', () => {
    const { fields } = resolveMappings([both('email', 'Email')], [property('email')], { Lead: [salesforceField('Email', 'email')], Contact: [salesforceField('Email', 'email')] });
    assert.deepEqual([fields.Lead[0]?.treatment, fields.Contact[0]?.treatment], ['email', 'email']);
  });

  test('says once what Lead and Contact have in common, where it is the same sentence', () => {
    const { warnings } = resolveMappings([{ hubspot: 'a', lead: 'A', rule: 'two-way' }, { hubspot: 'a', lead: 'A', rule: 'two-way' }], [property('a', 'string', 'text', { readOnly: true })], { Lead: [salesforceField('A')], Contact: [] });
    assert.deepEqual(warnings, ['a - Lead.A goes from HubSpot to Salesforce only: the HubSpot property is read-only.']);
  });

  test('a field that the integration user cannot write makes the mapping one-way, with a warning', () => {
    const { fields, warnings } = resolveMappings([both('jobtitle', 'Title')], [property('jobtitle')], { Lead: [salesforceField('Title', 'string', { updateable: false })], Contact: [salesforceField('Title')] });
    assert.deepEqual([fields.Lead[0]?.direction, fields.Contact[0]?.direction], ['to-hubspot', 'both']);
    assert.deepEqual(warnings, ['jobtitle - Lead.Title goes from Salesforce to HubSpot only: the integration user cannot write the Salesforce field.']);
    const notOnCreating = resolveMappings([both('jobtitle', 'Title')], [property('jobtitle')], { Lead: [salesforceField('Title', 'string', { createable: false })], Contact: [] });
    assert.equal(notOnCreating.fields.Lead[0]?.direction, 'to-hubspot');
  });

  test('Account.Name goes to HubSpot only, although describe of Contact does not show it', () => {
    const { fields, warnings } = resolveMappings([{ hubspot: 'company', contact: 'Account.Name', rule: 'two-way' }], [property('company')], { Lead: [], Contact: [] });
    assert.deepEqual(fields.Contact, [{ hubspot: 'company', salesforce: 'Account.Name', treatment: 'ordinary', conversion: { kind: 'text', maxLength: 255 }, rule: 'two-way', direction: 'to-hubspot', required: false }]);
    assert.deepEqual(warnings, ['company - Contact.Account.Name goes from Salesforce to HubSpot only: the integration user cannot write the Salesforce field.']);
    const onLead = resolveMappings([{ hubspot: 'company', lead: 'Account.Name', rule: 'two-way' }], [property('company')], { Lead: [], Contact: [] });
    assert.equal(onLead.skipped[0]?.reason, 'Salesforce shows the integration user no field Account.Name on Lead.', 'a Lead has no account');
  });

  test('a read-only HubSpot property goes to Salesforce only, with a warning; read-only on both sides is skipped', () => {
    const fields = { Lead: [salesforceField('A'), salesforceField('B', 'string', { updateable: false })], Contact: [] };
    const found = resolveMappings([{ hubspot: 'a', lead: 'A', rule: 'two-way' }, { hubspot: 'b', lead: 'B', rule: 'two-way' }], [property('a', 'string', 'text', { readOnly: true }), property('b', 'string', 'text', { readOnly: true })], fields);
    assert.deepEqual(found.fields.Lead.map((one) => [one.hubspot, one.direction]), [['a', 'to-salesforce']]);
    assert.deepEqual(found.skipped, [{ hubspot: 'b', salesforce: 'B', object: 'Lead', reason: 'b - Lead.B: neither side can be written.' }]);
    assert.deepEqual(found.warnings, ['a - Lead.A goes from HubSpot to Salesforce only: the HubSpot property is read-only.']);
    const never = resolveMappings([{ hubspot: 'a', lead: 'A', rule: 'always-salesforce' }], [property('a', 'string', 'text', { readOnly: true })], fields);
    assert.deepEqual(never.warnings.slice(1), ['a - Lead.A syncs nothing: its rule is always-salesforce and HubSpot\'s property is read-only.']);
  });

  test('warns of a checkbox under "Prefer Salesforce unless blank", which HubSpot never writes', () => {
    const box = property('vip', 'bool', 'booleancheckbox');
    const fields = { Lead: [salesforceField('Vip__c', 'boolean', { nillable: false })], Contact: [] };
    assert.deepEqual(resolveMappings([{ hubspot: 'vip', lead: 'Vip__c', rule: 'salesforce-unless-blank' }], [box], fields).warnings,
      ['vip - Lead.Vip__c is a checkbox under salesforce-unless-blank: a Salesforce checkbox is never blank, so HubSpot never writes it.']);
    assert.deepEqual(resolveMappings([{ hubspot: 'jobtitle', lead: 'Title', rule: 'salesforce-unless-blank' }], [property('jobtitle')], { Lead: [salesforceField('Title')], Contact: [] }).warnings, [], 'text can be blank');
    const { fields: { Lead }, warnings } = resolveMappings([{ hubspot: 'vip', lead: 'Vip__c', rule: 'two-way' }], [box], fields);
    assert.deepEqual([warnings, Lead[0]?.required], [[], false]);
  });

  test('owners are two-way whatever rule is shown, with a warning; "Don\'t sync" stays', () => {
    const owner = property('hubspot_owner_id', 'enumeration', 'select');
    const fields = { Lead: [salesforceField('OwnerId', 'reference', { nillable: false })], Contact: [] };
    const resolve = (rule: Mapping['rule']) => resolveMappings([{ hubspot: 'hubspot_owner_id', lead: 'OwnerId', rule }], [owner], fields);
    assert.deepEqual([resolve('always-salesforce').fields.Lead[0]?.rule, resolve('always-salesforce').warnings], ['two-way', ['hubspot_owner_id - Lead.OwnerId: owners always sync two-way; the rule always-salesforce is not applied.']]);
    assert.deepEqual([resolve('none').fields.Lead[0]?.rule, resolve('none').warnings], ['none', []]);
    assert.deepEqual([resolve('two-way').fields.Lead[0]?.rule, resolve('two-way').warnings], ['two-way', []]);
    assert.equal(resolve('two-way').fields.Lead[0]?.treatment, 'owner');
  });

  test('the opt-out goes to Salesforce only, without a warning', () => {
    const { fields, warnings } = resolveMappings([{ hubspot: 'hs_email_optout', lead: 'HasOptedOutOfEmail', rule: 'salesforce-unless-blank' }],
      [property('hs_email_optout', 'bool', 'booleancheckbox', { readOnly: true })], { Lead: [salesforceField('HasOptedOutOfEmail', 'boolean')], Contact: [] });
    assert.deepEqual([fields.Lead[0]?.treatment, fields.Lead[0]?.direction, warnings], ['opt-out', 'to-salesforce', []]);
    const writable = resolveMappings([{ hubspot: 'hs_email_optout', lead: 'HasOptedOutOfEmail', rule: 'always-salesforce' }],
      [property('hs_email_optout', 'bool', 'booleancheckbox')], { Lead: [salesforceField('HasOptedOutOfEmail', 'boolean')], Contact: [] });
    assert.deepEqual([writable.fields.Lead[0]?.direction, writable.warnings], ['to-salesforce', []], 'whatever HubSpot says of the property');
  });
});
