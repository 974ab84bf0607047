import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { matchFromHubSpot, matchFromSalesforce, type HubSpotCandidate, type SalesforceCandidate, type Seeker } from '../../sync/match.ts';
import { fateOf } from '../../sync/match/candidates.ts';
import type { HubSpotContactId, SalesforceId } from '../../sync/records.ts';
import { cases as some } from '../support/cases.ts';

const contactId = (id: string) => id as HubSpotContactId;
const salesforceId = (id: string) => id as SalesforceId;
const record = (type: 'Lead' | 'Contact', id: string, more: Partial<SalesforceCandidate> = {}): SalesforceCandidate =>
  ({ type, id: salesforceId(id), externalId: null, email: null, isConverted: false, convertedContactId: null, isDeleted: false, masterRecordId: null, ...more });
const lead = (id: string, more: Partial<SalesforceCandidate> = {}) => record('Lead', id, more);
const contact = (id: string, more: Partial<SalesforceCandidate> = {}) => record('Contact', id, more);
const converted = (id: string, to: string | null, more: Partial<SalesforceCandidate> = {}) => lead(id, { isConverted: true, convertedContactId: to === null ? null : salesforceId(to), ...more });
const seeker = (more: Partial<Seeker> = {}): Seeker => ({ hubspotId: contactId('51'), mergedIds: [], email: 'ada@x.com', additionalEmails: [], link: null, ...more });
const link = (type: 'Lead' | 'Contact', id: string) => ({ type, id: salesforceId(id), rung: 'contact-email' as const });
const ada = { email: ' ADA@x.com' };
const ours = { externalId: '51' };

describe('a contact looks for its Salesforce record', () => {
  type Expected = [kind: string, ref?: string, rungOrHow?: string, others?: string[]];
  const cases: [string, Partial<Seeker>, SalesforceCandidate[], Expected][] = [
    ['nothing matches', {}, [contact('C1', { email: 'bob@x.com' })], ['none']],
    ['records of others do no harm', { mergedIds: [contactId('49')], additionalEmails: ['old@x.com'] }, [contact('C1', ada), contact('C2', { email: 'bob@x.com', externalId: '77' }), lead('L3')], ['linked', 'Contact C1', 'contact-email', []]],
    ['without an email nothing matches by email', { email: null }, [contact('C1', { email: null }), contact('C2', { email: '' })], ['none']],
    ['the stored link wins over everything and keeps its rung', { link: link('Lead', 'L1') }, [lead('L1'), contact('C1', { ...ours, ...ada })], ['linked', 'Lead L1', 'contact-email', ['Contact C1']]],
    ['R28 no link hops to a further record with the email', { link: link('Contact', 'C1') }, [contact('C1'), contact('C2', ada), lead('L1', ada)], ['linked', 'Contact C1', 'contact-email', ['Contact C2', 'Lead L1']]],
    ['a linked Lead that was converted becomes its Contact in one step', { link: link('Lead', 'L1') }, [converted('L1', 'C1'), contact('C1')], ['linked', 'Contact C1', 'contact-email', []]],
    ['a converted Lead whose Contact was not read yet is followed', { link: link('Lead', 'L1') }, [converted('L1', 'C1')], ['follow', 'Contact C1', 'contact-email']],
    ['R29 a merged loser is relinked to the master, never treated as deleted', { link: link('Contact', 'C1') }, [contact('C1', { isDeleted: true, masterRecordId: salesforceId('C2') }), contact('C2')], ['linked', 'Contact C2', 'contact-email', []]],
    ['merge after conversion is followed to the end', { link: link('Lead', 'L1') }, [converted('L1', 'C1'), contact('C1', { isDeleted: true, masterRecordId: salesforceId('C2') }), contact('C2', ours)], ['linked', 'Contact C2', 'contact-email', []]],
    ['a deleted link is gone, even if somebody else has the email', { link: link('Contact', 'C1') }, [contact('C1', { isDeleted: true }), contact('C2', ada)], ['gone', 'Contact C1', 'deleted']],
    ['a link that cannot be seen is never created again', { link: link('Contact', 'C1') }, [], ['gone', 'Contact C1', 'not-visible']],
    ['a converted Lead without a visible Contact cannot be seen', { link: link('Lead', 'L1') }, [converted('L1', null)], ['gone', 'Lead L1', 'not-visible']],
    ['a link that another contact claimed goes to review', { link: link('Contact', 'C1') }, [contact('C1', { externalId: '99' })], ['review', 'Contact C1']],
    ['conversion into a Contact of another contact goes to review', { link: link('Lead', 'L1') }, [converted('L1', 'C1'), contact('C1', { externalId: '99' })], ['review', 'Contact C1']],
    ['the external id beats the email', {}, [contact('C1', ada), lead('L1', ours)], ['linked', 'Lead L1', 'external-id', ['Contact C1']]],
    ['R7 the id of a merged contact is ours', { mergedIds: [contactId('49'), contactId('50')] }, [contact('C1', { externalId: '49' })], ['linked', 'Contact C1', 'external-id', []]],
    ['a live Contact beats a live Lead with our id, which is a duplicate', {}, [lead('L1', ours), contact('C1', ours)], ['linked', 'Contact C1', 'external-id', ['Lead L1']]],
    ['a converted Lead with our id leads to its Contact, copied id or not', {}, [converted('L1', 'C1', ours), contact('C1')], ['linked', 'Contact C1', 'external-id', []]],
    ['both holding our id are one', {}, [converted('L1', 'C1', ours), contact('C1', ours)], ['linked', 'Contact C1', 'external-id', []]],
    ['a converted Lead with our id is followed', {}, [converted('L1', 'C1', ours)], ['follow', 'Contact C1', 'external-id']],
    ['of two records of one merged contact its own is kept', { mergedIds: [contactId('49')] }, [contact('C1', ours), contact('C2', { externalId: '49' })], ['linked', 'Contact C1', 'external-id', ['Contact C2']]],
    ['R7 of the records of two merged contacts the former primary\'s is kept, which has the email', { mergedIds: [contactId('48'), contactId('49')] }, [contact('C1', { externalId: '48', email: 'b@x.com' }), lead('L2', { externalId: '49', ...ada })], ['linked', 'Lead L2', 'external-id', ['Contact C1']]],
    ['R7 its own id says more than the email', { mergedIds: [contactId('49')] }, [contact('C1', { ...ours, email: 'b@x.com' }), contact('C2', { externalId: '49', ...ada })], ['linked', 'Contact C1', 'external-id', ['Contact C2']]],
    ['R7 two blank emails are no sign of the primary', { email: null, mergedIds: [contactId('48'), contactId('49')] }, [contact('C1', { externalId: '48', email: 'b@x.com' }), contact('C2', { externalId: '49' })], ['linked', 'Contact C1', 'external-id', ['Contact C2']]],
    ['R7 where the email does not tell, the first of the old ids is the primary', { mergedIds: [contactId('48'), contactId('49')] }, [lead('L1', { externalId: '48', email: 'b@x.com' }), contact('C2', { externalId: '49', email: 'c@x.com' })], ['linked', 'Lead L1', 'external-id', ['Contact C2']]],
    ['a deleted record with our id leaves the lower rungs', {}, [contact('C0', { ...ours, isDeleted: true }), contact('C1', ada)], ['linked', 'Contact C1', 'contact-email', []]],
    ['one live Contact with the email, without case and trimmed', {}, [contact('C1', ada)], ['linked', 'Contact C1', 'contact-email', []]],
    ['R34 a Contact beats a Lead', {}, [lead('L1', ada), contact('C1', ada)], ['linked', 'Contact C1', 'contact-email', ['Lead L1']]],
    ['R30 a converted Lead is no candidate: the live Contact is linked at the first try', {}, [converted('L1', 'C1', ada), contact('C1', ada)], ['linked', 'Contact C1', 'contact-email', []]],
    ['a converted Lead alone is none', {}, [converted('L1', 'C1', ada)], ['none']],
    ['one unconverted Lead', {}, [lead('L1', ada)], ['linked', 'Lead L1', 'lead-email', []]],
    ['a deleted Contact does not count', {}, [contact('C1', { ...ada, isDeleted: true }), lead('L1', ada)], ['linked', 'Lead L1', 'lead-email', []]],
    ['two Contacts go to review, the Lead below them is not tried', {}, [contact('C2', ada), contact('C1', ada), lead('L1', ada)], ['review', 'Contact C1, Contact C2']],
    ['two Leads go to review', {}, [lead('L1', ada), lead('L2', ada)], ['review', 'Lead L1, Lead L2']],
    ['R19 a record that another contact claimed goes to review', {}, [contact('C1', { ...ada, externalId: '99' })], ['review', 'Contact C1']],
    ['a blank external id is nobody\'s claim', {}, [contact('C1', { ...ada, externalId: '' })], ['linked', 'Contact C1', 'contact-email', []]],
    ['a record that another workflow has linked goes to review', { email: 'taken@x.com' }, [contact('TAKEN', { email: 'taken@x.com' })], ['review', 'Contact TAKEN']],
    ['secondary emails only if the primary finds nothing', { additionalEmails: ['old@x.com'] }, [contact('C1', { email: 'old@x.com' }), lead('L1', ada)], ['linked', 'Lead L1', 'lead-email', ['Contact C1']]],
    ['a secondary email finds a record', { additionalEmails: ['Old@x.com'] }, [contact('C1', { email: 'old@x.com' })], ['linked', 'Contact C1', 'contact-email', []]],
  ];
  for (const [name, more, candidates, expected] of cases) {
    test(name, () => {
      fc.assert(fc.property(fc.shuffledSubarray(candidates, { minLength: candidates.length }), (shuffled) => {
        const found = matchFromHubSpot({ contact: seeker(more), candidates: shuffled, takenBy: { TAKEN: contactId('60') } });
        const told = (refs: readonly { type: string; id: string }[]) => refs.map((ref) => `${ref.type} ${ref.id}`);
        const [kind, ref, third, others] = expected;
        assert.equal(found.kind, kind);
        switch (found.kind) {
          case 'linked':
            assert.deepEqual([told([found.link])[0], found.link.rung, told(found.duplicates)], [ref, third, others]);
            break;
          case 'review':
            assert.equal(told(found.candidates).join(', '), ref);
            break;
          case 'follow':
            assert.deepEqual([told([found.ref])[0], found.rung], [ref, third]);
            break;
          case 'gone':
            assert.deepEqual([told([found.ref])[0], found.how], [ref, third]);
            break;
          case 'none':
            break;
        }
      }), { numRuns: some(20) });
    });
  }

  const answers: [string, Partial<Seeker>, SalesforceCandidate[], object][] = [
    ['three Contacts with the email', {}, [contact('C2', ada), contact('C1', ada), contact('C3', ada)], { kind: 'review', why: '3 Contacts in Salesforce have the email of this contact.', candidates: ['C1', 'C2', 'C3'].map((id) => ({ type: 'Contact', id })) }],
    ['two Leads with the email', {}, [lead('L1', ada), lead('L2', ada)], { kind: 'review', why: '2 Leads in Salesforce have the email of this contact.', candidates: ['L1', 'L2'].map((id) => ({ type: 'Lead', id })) }],
    ['two records with the id', {}, [lead('L1', ours), lead('L2', ours)], { kind: 'review', why: '2 records in Salesforce hold the HubSpot id of this contact.', candidates: ['L1', 'L2'].map((id) => ({ type: 'Lead', id })) }],
    ['a record of another contact', {}, [contact('C1', { ...ada, externalId: '99' })], { kind: 'review', why: 'Contact C1 belongs to HubSpot contact 99 already; perhaps the two contacts should be merged in HubSpot.', candidates: [{ type: 'Contact', id: 'C1' }] }],
    ['a linked record that was deleted', { link: link('Contact', 'C1') }, [contact('C1', { isDeleted: true })], { kind: 'gone', ref: { type: 'Contact', id: 'C1' }, how: 'deleted', why: 'Contact C1 was deleted in Salesforce.' }],
    ['a linked record that is not there', { link: link('Lead', 'L1') }, [], { kind: 'gone', ref: { type: 'Lead', id: 'L1' }, how: 'not-visible', why: 'Lead L1 cannot be seen in Salesforce: it was deleted for good, or the integration user may not read it.' }],
    ['a linked record that was converted', { link: link('Lead', 'L1') }, [converted('L1', 'C1')], { kind: 'follow', ref: { type: 'Contact', id: 'C1' }, rung: 'contact-email' }],
  ];
  for (const [name, more, candidates, expected] of answers) {
    test(`${name}: the answer, word for word`, () => assert.deepEqual(matchFromHubSpot({ contact: seeker(more), candidates }), expected));
  }

  test('merges that point at each other end', () => {
    const loop = [contact('C1', { masterRecordId: salesforceId('C2') }), contact('C2', { masterRecordId: salesforceId('C1') })];
    assert.equal(matchFromHubSpot({ contact: seeker({ link: link('Contact', 'C1') }), candidates: loop }).kind, 'gone');
  });
});

describe('a Salesforce record looks for its contact', () => {
  const known = (id: string, more: Partial<HubSpotCandidate> = {}): HubSpotCandidate => ({ id: contactId(id), email: null, additionalEmails: [], mergedIds: [], archived: false, ...more });
  const cases: [string, SalesforceCandidate, string | null, HubSpotCandidate[], object][] = [
    ['by its external id, before everything', contact('C1', { ...ours, ...ada }), null, [known('51'), known('60', ada)], { kind: 'linked', contact: '51', by: 'external-id' }],
    ['by its external id, after a merge in HubSpot', contact('C1', { externalId: '49' }), null, [known('51', { mergedIds: [contactId('49')] })], { kind: 'linked', contact: '51', by: 'external-id' }],
    ['by the contact that knows it', contact('C1', ada), '70', [known('60', ada)], { kind: 'linked', contact: '70', by: 'known' }],
    ['by the survivor of the contact that knows it', contact('C1', ours), '49', [known('51', { mergedIds: [contactId('49')] })], { kind: 'linked', contact: '51', by: 'external-id' }],
    ['by primary email', lead('L1', ada), null, [known('61', { additionalEmails: ['ada@x.com'] }), known('60', { email: 'Ada@x.com' })], { kind: 'linked', contact: '60', by: 'email' }],
    ['by its external id among contacts that were merged with others', contact('C1', { externalId: '49' }), null, [known('50', { mergedIds: [contactId('48')] }), known('51', { mergedIds: [contactId('48'), contactId('49')] })], { kind: 'linked', contact: '51', by: 'external-id' }],
    ['by email, where its external id is blank', contact('C1', { ...ada, externalId: '' }), null, [known('60', ada)], { kind: 'linked', contact: '60', by: 'email' }],
    ['by secondary email', lead('L1', ada), null, [known('59', { email: 'bob@x.com', additionalEmails: ['b@x.com'] }), known('60', { email: 'new@x.com', additionalEmails: ['a@x.com', 'ADA@x.com'] })], { kind: 'linked', contact: '60', by: 'secondary-email' }],
    ['archived contacts do not count', lead('L1', ada), null, [known('60', { email: 'ada@x.com', archived: true })], { kind: 'none' }],
    ['nobody: S4 may create', lead('L1', ada), null, [], { kind: 'none' }],
    ['S4.7 without an email nothing is created', lead('L1'), null, [known('60')], { kind: 'skip', reason: 'no-email' }],
    ['R17 with an invalid email nothing is created, on each run', lead('L1', { email: 'ada@' }), null, [], { kind: 'skip', reason: 'invalid-email' }],
    ['a converted Lead hands over to its Contact', converted('L1', 'C1', ada), null, [], { kind: 'follow', ref: { type: 'Contact', id: 'C1' } }],
    ['a merged record hands over to its master', contact('C1', { isDeleted: true, masterRecordId: salesforceId('C2') }), null, [], { kind: 'follow', ref: { type: 'Contact', id: 'C2' } }],
    ['a deleted record is skipped', lead('L1', { ...ada, isDeleted: true }), null, [], { kind: 'skip', reason: 'deleted' }],
  ];
  for (const [name, candidate, knownContact, candidates, expected] of cases) {
    test(name, () => {
      assert.deepEqual(matchFromSalesforce({ record: candidate, knownContact: knownContact === null ? null : contactId(knownContact), candidates }), expected);
    });
  }
  test('a double claim goes to review', () => {
    assert.deepEqual(matchFromSalesforce({ record: contact('C1', ours), knownContact: contactId('70'), candidates: [known('51'), known('70')] }),
      { kind: 'review', why: 'Contact C1 holds the id of HubSpot contact 51, but is linked to 70.', candidates: ['51', '70'] });
  });
  test('several contacts with the email go to review, each named once', () => {
    assert.deepEqual(matchFromSalesforce({ record: lead('L1', ada), knownContact: null, candidates: [known('61', ada), known('60', ada), known('61', ada)] }),
      { kind: 'review', why: '2 HubSpot contacts have the email of Lead L1.', candidates: ['60', '61'] });
  });
  test('the record of an archived contact creates no second one', () => {
    assert.deepEqual(matchFromSalesforce({ record: contact('C1', { ...ours, ...ada }), knownContact: null, candidates: [known('51', { archived: true }), known('60', ada)] }),
      { kind: 'gone', contact: '51', why: 'Contact C1 belongs to HubSpot contact 51, which is deleted or cannot be seen.' });
  });
});

describe('where a Salesforce record has gone', () => {
  const cases: [string, SalesforceCandidate, ReturnType<typeof fateOf>][] = [
    ['nowhere', contact('C1'), { kind: 'live' }],
    ['into its Contact, by conversion', converted('L1', 'C1'), { kind: 'moved', how: 'converted', ref: { type: 'Contact', id: salesforceId('C1') } }],
    ['into a Contact that nobody can see', converted('L1', null), { kind: 'gone', how: 'converted' }],
    ['into its master, by merge, and not away', lead('L1', { isDeleted: true, masterRecordId: salesforceId('L2') }), { kind: 'moved', how: 'merged', ref: { type: 'Lead', id: salesforceId('L2') } }],
    ['away', contact('C1', { isDeleted: true }), { kind: 'gone', how: 'deleted' }],
  ];
  for (const [name, candidate, expected] of cases) test(name, () => assert.deepEqual(fateOf(candidate), expected));
});
