import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Decision, FieldDecision } from '../../sync/decide.ts';
import type { LinkedRecord, PairMatch, Refusal, WriteOutcome } from '../../sync/pair.ts';
import { baseOf, conclude, decidePair, fieldsOf, hindrance, mayNeedWrite, nameAfter, planPass, planWrite, takenReason, type Memory, type Pair } from '../../sync/plan.ts';
import type { FieldReading, HubSpotContactId, Link, SalesforceId, SalesforceRef } from '../../sync/records.ts';
import { sides } from './random-pairs.ts';

const ours = '51' as HubSpotContactId;
const lead = { type: 'Lead' as const, id: '00Q000000000001AAA' as SalesforceId };
const contact = { type: 'Contact' as const, id: '003000000000001AAA' as SalesforceId };
const field = (hubspot: string, salesforce: string, h: string | null, s: string | null, more: Partial<FieldReading> = {}): FieldReading =>
  ({ hubspot, salesforce, rule: 'two-way', treatment: 'ordinary', direction: 'both', hubspotChangedAt: null, ...sides(h, s), ...more });
const linkedTo = (ref: SalesforceRef, more: Partial<LinkedRecord> = {}, rung: Link['rung'] = 'lead-email'): PairMatch =>
  ({ kind: 'linked', record: { link: { ...ref, rung }, externalId: ours, modifiedAt: 5000, duplicates: [], ...more } });
const pair = (more: Partial<Pair> = {}): Pair => ({
  kind: 'pair', settingsVersion: 7, name: 'ada@example.com', email: 'ada@example.com', membership: { kind: 'unrestricted' }, match: linkedTo(lead), fields: [], createAs: 'Lead', account: null,
  deletes: { inHubSpot: 'do-nothing', inSalesforce: 'do-nothing', graceHours: 24 }, storedIds: {}, settlesAt: null, baseOnItsWay: false, readAt: '2026-01-05T10:00:00.000Z', ...more,
});
const memory = (more: Partial<Memory> = {}): Memory => ({ link: { ...lead, rung: 'lead-email' }, base: {}, salesforceSeenAt: null, ...more });
const decision = (more: Partial<Decision> = {}): Decision => ({ fields: [], hubspot: {}, salesforce: {}, settled: {}, problems: [], summary: '', ...more });
const member = { kind: 'member', segment: { id: '9', name: 'Customers' }, joinedAt: null, checkedAt: '2026-01-05T10:00:01.000Z' } as const;

describe('the fields of a pair', () => {
  const fields = [field('jobtitle', 'Title', 'x', 'x'), field('company', 'Account.Name', 'x', 'x')];
  test('are of the linked record\'s type, whatever would be created', () => {
    assert.deepEqual(fieldsOf(pair({ fields, match: linkedTo(contact), createAs: 'Lead' })), { jobtitle: 'Contact.Title', company: 'Contact.Account.Name' });
  });
  test('are of the type that would be created where there is no record', () => {
    assert.deepEqual(fieldsOf(pair({ fields, match: { kind: 'none' }, createAs: 'Lead' })), { jobtitle: 'Lead.Title', company: 'Lead.Account.Name' });
  });
});

describe('the base of a pair', () => {
  const base = { jobtitle: 'Countess' };
  const now = pair({ fields: [field('jobtitle', 'Title', 'x', 'y')] });
  const cases: [string, Pair, Record<string, string> | undefined, object][] = [
    ['stays where the property is mapped as before', now, { jobtitle: 'Lead.Title' }, base],
    ['goes where the property is mapped to another field of the same type', now, { jobtitle: 'Lead.Rank__c' }, {}],
    ['goes along with a conversion, where the other type\'s field stands for it', pair({ fields: now.fields, match: linkedTo(contact) }), { jobtitle: 'Lead.Rank__c' }, base],
    ['stays where it is not known what it was of', now, {}, base],
    ['stays where no memory of fields was kept', now, undefined, base],
    ['stays while the property is not mapped', pair(), { jobtitle: 'Lead.Title' }, base],
  ];
  for (const [name, reading, baseFields, expected] of cases) {
    test(name, () => assert.deepEqual(baseOf(reading, { base, ...(baseFields !== undefined && { baseFields }) }), expected));
  }
  test('of one property goes, and that of the others stays', () => {
    const fields = [field('jobtitle', 'Title', 'x', 'y'), field('phone', 'Phone', '1', '2')];
    assert.deepEqual(baseOf(pair({ fields }), { base: { jobtitle: 'x', phone: null }, baseFields: { jobtitle: 'Lead.Rank__c', phone: 'Lead.Phone' } }), { phone: null });
  });
  test('is what a write that was not answered has brought about', () => {
    const attempt = { record: lead.id, fields: { jobtitle: { side: 'salesforce' as const, key: 'y' }, phone: { side: 'hubspot' as const, key: '9' } } };
    assert.deepEqual(baseOf(now, { base, attempt }), { jobtitle: 'y' });
    assert.deepEqual(baseOf(now, { base, attempt: null }), base);
  });
});

describe('a pair is decided', () => {
  const title = (h: string | null, s: string | null, hubspotChangedAt: number | null = null) => pair({ fields: [field('jobtitle', 'Title', h, s, { hubspotChangedAt })] });
  test('against its base', () => {
    assert.deepEqual(decidePair(title('Baroness', 'Countess'), memory({ base: { jobtitle: 'Countess' } })).salesforce, { Title: 'Baroness' });
    assert.deepEqual(decidePair(title('Baroness', 'Countess'), memory({ base: { jobtitle: 'Countess' }, baseFields: { jobtitle: 'Lead.Rank__c' } })).hubspot, { jobtitle: 'Countess' });
  });
  test('by time, Salesforce\'s change lying between the last read that showed the base and the record\'s own time', () => {
    const at = (hubspotChangedAt: number, salesforceSeenAt: number | null) => decidePair(title('Baroness', 'Duchess', hubspotChangedAt), memory({ base: { jobtitle: 'Countess' }, salesforceSeenAt })).fields[0]?.reason;
    const both = 'Both changed it, differently; rule "Two-way": ';
    assert.equal(at(6001, 1000), `${both}HubSpot changed later.`);
    assert.equal(at(3000, 1000), `${both}the order is not known, so Salesforce wins.`);
    assert.equal(at(3000, 4500), `${both}Salesforce changed later.`);
    assert.equal(at(3000, null), `${both}the order is not known, so Salesforce wins.`);
  });
  test('as a new record where nothing is linked, of the type that the reading says', () => {
    const lone = (createAs: Pair['createAs']) => decidePair({ ...title('Baroness', null), match: { kind: 'none' }, createAs }, memory({ link: null })).salesforce;
    assert.deepEqual(lone('Lead'), { Company: '[not provided]', LastName: '[not provided]', Title: 'Baroness' });
    assert.deepEqual(lone('Contact'), { LastName: '[not provided]', Title: 'Baroness' });
  });
  test('as a new record of the type that its fields tell, where the settings create none', () => {
    const lone = (fields: FieldReading[]) => decidePair(pair({ fields, match: { kind: 'none' }, createAs: 'never' }), memory({ link: null })).salesforce;
    assert.deepEqual(lone([field('company', 'Account.Name', 'Analytical', null, { direction: 'to-hubspot' })]), { LastName: '[not provided]' });
    assert.deepEqual(lone([field('company', 'Company', 'Analytical', null)]), { Company: 'Analytical', LastName: '[not provided]' });
    assert.deepEqual(lone([field('company', 'Company', null, null)]), { Company: '[not provided]', LastName: '[not provided]' });
  });
  test('a new record has no time of change, so nothing of it is newer', () => {
    assert.equal(decidePair({ ...title('Baroness', null), match: { kind: 'none' } }, memory({ link: null })).fields[0]?.reason, 'The new Salesforce record gets it.');
  });
  test('S4 in its one pass without a write in Salesforce', () => {
    const reading = pair({ fields: [field('jobtitle', 'Title', 'x', null), field('phone', 'Phone', null, '1')] });
    const pass = decidePair(reading, memory({ link: null }), 'hubspot-only');
    assert.deepEqual([pass.hubspot, pass.salesforce], [{ phone: '1' }, {}]);
    assert.deepEqual(decidePair(reading, memory()).salesforce, { Title: 'x' }, 'a sync writes both');
  });
  test('with Salesforce\'s owner where it was linked just now', () => {
    const owned = pair({ fields: [field('hubspot_owner_id', 'OwnerId', 'u2', 'u1', { treatment: 'owner', hubspotChangedAt: 9000 })] });
    assert.deepEqual(decidePair(owned, memory({ link: null })).hubspot, { hubspot_owner_id: 'u1' });
    assert.deepEqual(decidePair(owned, memory()).salesforce, { OwnerId: 'u2' });
  });
  test('without a field whose base a page may still hand over', () => {
    assert.deepEqual(decidePair({ ...title('x', null), baseOnItsWay: true }, memory()).salesforce, {});
  });
  test('knowing what an unanswered write has brought about', () => {
    const attempt = { record: lead.id, fields: { jobtitle: { side: 'salesforce' as const, key: 'Countess' } } };
    assert.deepEqual(decidePair(title('Baroness', 'Countess'), memory({ base: { jobtitle: 'Miss' }, attempt })).salesforce, { Title: 'Baroness' });
  });
});

describe('what stands in the way of a pair that may sync', () => {
  const candidates = [lead, contact];
  const cases: [string, Partial<Pair>, ReturnType<typeof hindrance>][] = [
    ['nothing, for a linked record', {}, null],
    ['nothing, for one that is to be created', { match: { kind: 'none' } }, null],
    ['a contact without email waits, linked or not', { email: null }, { kind: 'waiting', reason: 'It has no email address, and contacts are matched by email.' }],
    ['a review is for a person', { match: { kind: 'review', why: 'Two have its email.', candidates } }, { kind: 'review', why: 'Two have its email.', candidates }],
    ['a record that is gone is not created again', { match: { kind: 'gone', ref: lead, how: 'deleted', why: 'It was deleted.' } }, { kind: 'gone', how: 'deleted', reason: 'It was deleted.' }],
    ['nor one that cannot be seen', { match: { kind: 'gone', ref: lead, how: 'not-visible', why: 'It cannot be seen.' } }, { kind: 'gone', how: 'not-visible', reason: 'It cannot be seen.' }],
    ['where the settings create none, it waits for one', { match: { kind: 'none' }, createAs: 'never' }, { kind: 'waiting', reason: 'No Salesforce record matches, and the settings create none.' }],
    ['the settings do not matter to a linked record', { createAs: 'never' }, null],
  ];
  for (const [name, more, expected] of cases) test(name, () => assert.deepEqual(hindrance(pair(more)), expected));
});

describe('whether a field might need a write under some base', () => {
  const unknown = { problem: { code: 'UNKNOWN_OWNER', message: 'No owner there.' } };
  const owner = (h: string | null, s: string | null, lacking: { h?: boolean; s?: boolean }): FieldReading => {
    const known = sides(h, s);
    return field('hubspot_owner_id', 'OwnerId', h, s, { treatment: 'owner', h: { ...known.h, ...(lacking.h === true && unknown) }, s: { ...known.s, ...(lacking.s === true && unknown) } });
  };
  const optOut = (h: string, s: string) => field('hs_email_optout', 'HasOptedOutOfEmail', h, s, { treatment: 'opt-out' });
  const cases: [string, FieldReading, boolean][] = [
    ['two values that differ', field('jobtitle', 'Title', 'x', 'y'), true],
    ['a blank and a value', field('jobtitle', 'Title', null, 'y'), true],
    ['equal values', field('jobtitle', 'Title', 'x', 'x'), false],
    ['whatever is not synced', field('jobtitle', 'Title', 'x', 'y', { rule: 'none' }), false],
    ['a value that cannot be written, which is a problem to show', field('jobtitle', 'Title', 'x', 'bad', sides('x', 'bad', ['bad'])), true],
    ['such a value beside a blank', field('jobtitle', 'Title', null, 'bad', sides(null, 'bad', ['bad'])), true],
    ['an opt-out in HubSpot', optOut('true', 'false'), true],
    ['an opt-out in Salesforce, which no base moves', optOut('false', 'true'), false],
    ['an opt-out that both know', optOut('true', 'true'), false],
    ['two owners', owner('u1', 'u2', {}), true],
    ['an owner that Salesforce does not know, which is set back', owner('hubspot-owner:9', 'u2', { h: true }), true],
    ['a queue beside an owner that Salesforce knows, which may have changed', owner('u1', '00G', { s: true }), true],
    ['a queue beside no owner', owner(null, '00G', { s: true }), false],
    ['a queue beside an owner that Salesforce does not know', owner('hubspot-owner:9', '00G', { h: true, s: true }), false],
    ['an unassigned contact, whose owner is set back', owner(null, 'u1', {}), true],
  ];
  for (const [name, reading, expected] of cases) test(`${name}: ${expected ? 'yes' : 'no'}`, () => assert.equal(mayNeedWrite(reading), expected));
});

describe('what is to be sent', () => {
  const some = decision({ hubspot: { phone: '1' }, salesforce: { Title: 'x' } });
  const update = { hubspotId: ours, settingsVersion: 7, checkedAt: null, hubspot: {}, writeIds: false, salesforce: { kind: 'update', ref: lead, fields: {}, claim: false } };
  const create = { hubspotId: ours, settingsVersion: 7, checkedAt: null, hubspot: {}, writeIds: true, salesforce: { kind: 'create', type: 'Lead', fields: { Title: 'x' } } };
  const lone = { match: { kind: 'none' } } as const;
  const cases: [string, Partial<Pair>, Decision, object | null][] = [
    ['nothing, where nothing differs and the record holds the contact\'s id', {}, decision(), null],
    ['what differs, to both sides', {}, some, { ...update, hubspot: { phone: '1' }, salesforce: { ...update.salesforce, fields: { Title: 'x' } } }],
    ['what differs in HubSpot alone', {}, decision({ hubspot: { phone: '1' } }), { ...update, hubspot: { phone: '1' } }],
    ['what differs in Salesforce alone', {}, decision({ salesforce: { Title: null } }), { ...update, salesforce: { ...update.salesforce, fields: { Title: null } } }],
    ['the external id, by the first sync through an open gate', { match: linkedTo(lead, { externalId: null }) }, decision(), { ...update, salesforce: { ...update.salesforce, claim: true } }],
    ['the external id over that of a contact that was merged into this one', { match: linkedTo(lead, { externalId: '49' }) }, decision(), { ...update, salesforce: { ...update.salesforce, claim: true } }],
    ['the external id, and that a person moved the link', { match: linkedTo(lead, { externalId: null }, 'resolved') }, decision(), { ...update, salesforce: { ...update.salesforce, claim: true, moved: true } }],
    ['nothing of a move whose record holds the id already', { match: linkedTo(lead, {}, 'resolved') }, some, { ...update, hubspot: { phone: '1' }, salesforce: { ...update.salesforce, fields: { Title: 'x' } } }],
    ['the record\'s id, where HubSpot has a property for it that is blank', { storedIds: { Lead: null } }, decision(), { ...update, writeIds: true }],
    ['the record\'s id, where HubSpot holds another', { storedIds: { Lead: '00Q000000000009AAA' } }, decision(), { ...update, writeIds: true }],
    ['no id that HubSpot holds already', { storedIds: { Lead: lead.id } }, decision(), null],
    ['no id of another type', { storedIds: { Contact: null } }, decision(), null],
    ['the evidence by which it may', { membership: member }, some, { ...update, checkedAt: member.checkedAt, hubspot: { phone: '1' }, salesforce: { ...update.salesforce, fields: { Title: 'x' } } }],
    ['a new record, where none matches', lone, decision({ salesforce: { Title: 'x' } }), create],
    ['a new Contact, under the account whose domain its email has', { ...lone, createAs: 'Contact', account: { id: '001000000000001AAA' as SalesforceId, name: 'Analytical' } }, decision({ salesforce: { Title: 'x' } }),
      { ...create, salesforce: { kind: 'create', type: 'Contact', fields: { Title: 'x', AccountId: '001000000000001AAA' } } }],
    ['no new record where the settings create none', { ...lone, createAs: 'never' }, decision({ salesforce: { Title: 'x' } }), null],
    ['no new record without a field, as where its email cannot be written', lone, decision({ hubspot: { phone: '1' } }), null],
    ['no new record beside one that is gone', { match: { kind: 'gone', ref: lead, how: 'deleted', why: 'x' }, createAs: 'never' }, some, null],
  ];
  for (const [name, more, decided, expected] of cases) test(name, () => assert.deepEqual(planWrite(ours, pair(more), decided), expected));

  test('a new record for a reading that an older version recorded, which names no account', () => {
    const { account: _, ...older } = pair(lone);
    assert.deepEqual(planWrite(ours, older as Pair, decision({ salesforce: { Title: 'x' } })), create);
  });

  describe('S4 by the one pass past the gate', () => {
    const passed = { ...update, hubspot: { phone: '1' } };
    const cases: [string, Partial<Pair>, Decision, object | null][] = [
      ['HubSpot\'s fields, and neither a field nor an id in Salesforce', { match: linkedTo(lead, { externalId: null }), storedIds: { Lead: null } }, some, passed],
      ['the evidence of who was passed', { membership: member }, some, { ...passed, checkedAt: member.checkedAt }],
      ['nothing, where HubSpot has it all', {}, decision({ salesforce: { Title: 'x' } }), null],
      ['nothing without a record', lone, some, null],
    ];
    for (const [name, more, decided, expected] of cases) test(name, () => assert.deepEqual(planPass(ours, pair(more), decided), expected));
  });
});

const fieldDecision = (hubspot: string, salesforce: string, more: Partial<FieldDecision>): FieldDecision => ({ hubspot, salesforce, rule: 'two-way', row: 15, action: 'none', reason: 'x', ...more });
const refusal = (more: Partial<Refusal> = {}): Refusal =>
  ({ system: 'salesforce', field: 'Title', category: 'property-value', code: 'STRING_TOO_LONG', message: 'it is too long.', remedy: 'Shorten it.', retry: 'on-change', ...more });
const written = (more: Partial<Extract<WriteOutcome, { kind: 'written' }>> = {}): Extract<WriteOutcome, { kind: 'written' }> =>
  ({ kind: 'written', ref: lead, created: false, confirmed: { hubspot: [], salesforce: [] }, refused: [], ...more });

describe('the conclusion of a sync', () => {
  const base = { jobtitle: 'Countess', fax: '3' };
  const decided = decision({
    settled: { fax: '4' },
    fields: [fieldDecision('jobtitle', 'Title', { action: 'to-salesforce', baseAfter: 'Baroness' }), fieldDecision('phone', 'Phone', { action: 'to-hubspot', baseAfter: '1' })],
  });
  const none = { hubspot: [], salesforce: [] };

  test('that had nothing to write settles what is equal', () => {
    assert.deepEqual(conclude(pair(), decided, base, null), { link: { ...lead, rung: 'lead-email' }, base: { jobtitle: 'Countess', fax: '4' }, wrote: none, created: false, error: null, refused: [], reason: 'Nothing differs.' });
  });
  test('that had nothing to write and no record has no link', () => {
    assert.equal(conclude(pair({ match: { kind: 'none' } }), decided, base, null).link, null);
  });
  test('that wrote takes the confirmed fields into the base, and says which', () => {
    const outcome = written({ confirmed: { hubspot: ['phone'], salesforce: ['Title'] } });
    assert.deepEqual(conclude(pair(), decided, base, outcome), {
      link: { ...lead, rung: 'lead-email' }, base: { jobtitle: 'Baroness', phone: '1', fax: '4' }, wrote: outcome.confirmed, created: false, error: null, refused: [], reason: 'Wrote phone in HubSpot and Title in Salesforce.',
    });
  });
  test('that was confirmed in part leaves the rest of the base alone', () => {
    const outcome = written({ confirmed: { hubspot: ['phone', 'fax'], salesforce: [] }, refused: [refusal()] });
    const concluded = conclude(pair(), decided, base, outcome);
    assert.deepEqual([concluded.base, concluded.reason], [{ jobtitle: 'Countess', phone: '1', fax: '4' }, 'Wrote phone, fax in HubSpot.']);
    assert.deepEqual(concluded.error, { category: 'property-value', code: 'STRING_TOO_LONG', message: 'Title: it is too long.', remedy: 'Shorten it.' });
    assert.deepEqual(concluded.refused, [refusal()]);
  });
  test('that wrote in Salesforce alone says so', () => {
    assert.equal(conclude(pair(), decided, base, written({ confirmed: { hubspot: [], salesforce: ['Phone', 'Title'] } })).reason, 'Wrote Phone, Title in Salesforce.');
  });
  test('that only claimed the record says to which it is linked', () => {
    assert.equal(conclude(pair(), decision(), base, written()).reason, 'Linked to Lead 00Q000000000001AAA; nothing differs.');
  });
  test('that moved to another record keeps the rung by which it was found', () => {
    assert.deepEqual(conclude(pair(), decision(), base, written({ ref: contact })).link, { ...contact, rung: 'lead-email' });
  });
  test('that created a record says which', () => {
    const concluded = conclude(pair({ match: { kind: 'none' } }), decided, {}, written({ created: true, confirmed: { hubspot: [], salesforce: ['Title'] } }));
    assert.deepEqual([concluded.link, concluded.created, concluded.base, concluded.reason], [{ ...lead, rung: 'created' }, true, { jobtitle: 'Baroness', fax: '4' }, 'Created Lead 00Q000000000001AAA in Salesforce.']);
  });
  test('that created a Contact under an account names it', () => {
    const reading = pair({ match: { kind: 'none' }, account: { id: '001000000000001AAA' as SalesforceId, name: 'Analytical' } });
    assert.equal(conclude(reading, decided, {}, written({ ref: contact, created: true })).reason, 'Created Contact 003000000000001AAA in Salesforce, under the account "Analytical" whose domain its email has.');
  });
  test('that created a record after a reading of an older version names no account', () => {
    const { account: _, ...older } = pair({ match: { kind: 'none' } });
    assert.equal(conclude(older as Pair, decided, {}, written({ created: true })).reason, 'Created Lead 00Q000000000001AAA in Salesforce.');
  });
  test('whose record Salesforce refused leaves the base as it was', () => {
    const refused = [refusal({ field: null, message: 'The record is refused.' })];
    assert.deepEqual(conclude(pair({ match: { kind: 'none' } }), decided, base, { kind: 'refused', refused }), {
      link: null, base, wrote: none, created: false, refused, reason: 'Nothing differs.',
      error: { category: 'property-value', code: 'STRING_TOO_LONG', message: 'The record: The record is refused.', remedy: 'Shorten it.' },
    });
  });
  test('names the first value that could not be converted, where nothing was refused', () => {
    const problem = { code: 'INVALID_OPTION', message: 'No such option.' };
    const faulty = decision({ fields: [fieldDecision('phone', 'Phone', {}), fieldDecision('jobtitle', 'Title', { problem }), fieldDecision('fax', 'Fax', { problem: { code: 'X', message: 'x' } })] });
    const error = { category: 'property-value', code: 'INVALID_OPTION', message: 'jobtitle and Title: No such option.', remedy: 'Correct the value in either CRM; the other fields of the contact are in sync.' };
    assert.deepEqual(conclude(pair(), faulty, base, null).error, error);
    assert.equal(conclude(pair(), faulty, base, written({ refused: [refusal()] })).error?.code, 'STRING_TOO_LONG', 'a refusal comes first');
  });
});

describe('why a value that must be unique is for a person', () => {
  test('is the CRM\'s words and the remedy', () => {
    const taken = refusal({ field: 'email', category: 'duplicates', message: 'Another contact has it.', remedy: 'Merge them.' });
    assert.equal(takenReason([refusal(), taken]), 'Another contact has it. Merge them.');
  });
  test('is nothing where no refusal speaks of a duplicate', () => {
    assert.equal(takenReason([]), null);
    assert.equal(takenReason([refusal()]), null);
  });
});

describe('the name of a contact once it is written', () => {
  const named = (first: string | null, last: string | null) => pair({ fields: [field('lastname', 'LastName', last, last), field('firstname', 'FirstName', first, first), field('jobtitle', 'Title', 'Countess', 'Countess')] });
  const cases: [string, Pair, Decision, string][] = [
    ['is the full name', named('Ada', 'Lovelace'), decision(), 'Ada Lovelace'],
    ['is what is there of it', named(null, 'Lovelace'), decision(), 'Lovelace'],
    ['is what is written now', named(null, 'Byron'), decision({ hubspot: { firstname: 'Ada', lastname: 'Lovelace' } }), 'Ada Lovelace'],
    ['leaves out what is cleared now', named('Ada', 'Lovelace'), decision({ hubspot: { firstname: '' } }), 'Lovelace'],
    ['is as it was read where it has none', named(null, null), decision(), 'ada@example.com'],
    ['is as it was read where names are not mapped', pair(), decision(), 'ada@example.com'],
    ['is cut where HubSpot has a text in its place', named('Ada', null), decision({ hubspot: { lastname: 'x'.repeat(65_536) } }), `Ada ${'x'.repeat(196)}…`],
  ];
  for (const [name, reading, decided, expected] of cases) test(name, () => assert.equal(nameAfter(reading, decided), expected));
});
