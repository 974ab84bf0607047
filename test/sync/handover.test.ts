import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bypassInput, handoverInput, pageTriggers } from '../../sync/handover.ts';

const lead = { type: 'Lead', id: '00Q000000000001AAA' };
const segment = { id: '9', name: 'Customers' };
const at = '2026-01-05T10:00:00.000Z';
const member = { kind: 'member', segment, joinedAt: null, checkedAt: at };
const handover = {
  hubspotId: '51', name: 'Ada Lovelace', trigger: 'import', at, settingsVersion: 3, membership: member, link: { ...lead, rung: 'import' },
  base: { jobtitle: 'Countess', phone: null }, baseFields: { jobtitle: 'Lead.Title' }, wrote: { hubspot: ['jobtitle'], salesforce: [] }, outcome: { status: 'in-sync', reason: 'Wrote jobtitle in HubSpot.' },
};
const review = { status: 'needs-review', reason: 'Two Leads have its email.', candidates: [lead, { type: 'Contact', id: '003000000000001AAA' }] };
const error = { status: 'error', error: { category: 'property-value', code: 'INVALID_OPTION', message: 'No such option.', remedy: 'Correct it.' } };

describe('what a page hands over to a contact\'s workflow', () => {
  const accepted: [string, object][] = [
    ['a pair in sync', {}], ['a pair without a link', { link: null }], ['a contact that was not written', { base: {}, baseFields: {}, wrote: { hubspot: [], salesforce: [] } }],
    ['a contact that came by import alone', { outcome: { status: 'email-only', reason: 'Imported.' } }], ['a contact that waits', { outcome: { status: 'waiting', reason: 'It has no email.' } }],
    ['a contact outside the segment', { outcome: { status: 'outside-segment', reason: 'No member.' }, membership: { kind: 'outside', segment, checkedAt: at } }],
    ['a contact for a person to review', { outcome: review }], ['a contact in error', { outcome: error }],
    ['a member that joined at a known time', { membership: { ...member, joinedAt: at } }], ['no segment', { membership: { kind: 'unrestricted' } }],
    ['an unknown membership', { membership: { kind: 'unknown', segment, why: 'No answer.', checkedAt: at } }], ['an unusable segment', { membership: { kind: 'unusable', segment, why: 'Deleted.', checkedAt: at } }],
    ...pageTriggers.map((trigger): [string, object] => [`the page of the trigger ${trigger}`, { trigger }]),
  ];
  for (const [name, more] of accepted) test(`may be ${name}`, () => assert.deepEqual(handoverInput().parse({ ...handover, ...more }), { ...handover, ...more }));

  test('may come from a page that did not know which fields its base is of', () => {
    const { baseFields: _, ...older } = handover;
    assert.deepEqual(handoverInput().parse(older), { ...handover, baseFields: {} });
  });

  const refused: [string, object, (string | number)[]][] = [
    ['more than its parts', { owner: 'me' }, []], ['a HubSpot id that is no number', { hubspotId: '51a' }, ['hubspotId']], ['a HubSpot id after a word', { hubspotId: 'a51' }, ['hubspotId']], ['an empty HubSpot id', { hubspotId: '' }, ['hubspotId']],
    ['no name', { name: null }, ['name']], ['another trigger', { trigger: 'moon' }, ['trigger']], ['a day for a time', { at: '2026-01-05' }, ['at']], ['half a settings version', { settingsVersion: 1.5 }, ['settingsVersion']],
    ['a membership of another kind', { membership: { kind: 'guest' } }, ['membership', 'kind']], ['no segment with a membership', { membership: { kind: 'outside', checkedAt: at } }, ['membership', 'segment']],
    ['more than id and name of a segment', { membership: { kind: 'outside', segment: { ...segment, size: 1 }, checkedAt: at } }, ['membership', 'segment']],
    ...(['id', 'name'] as const).map((part): [string, object, string[]] => [`no ${part} of a segment`, { membership: { kind: 'outside', segment: { ...segment, [part]: undefined }, checkedAt: at } }, ['membership', 'segment', part]]),
    ...([{ kind: 'unrestricted' }, member, { kind: 'outside', segment, checkedAt: at }, { kind: 'unknown', segment, why: 'x', checkedAt: at }, { kind: 'unusable', segment, why: 'x', checkedAt: at }].map((membership): [string, object, string[]] =>
      [`more than the evidence of a membership of the kind ${membership.kind}`, { membership: { ...membership, since: at } }, ['membership']])),
    ...([member, { kind: 'outside', segment }, { kind: 'unknown', segment, why: 'x' }, { kind: 'unusable', segment, why: 'x' }].map((membership): [string, object, string[]] =>
      [`no time of check of a membership of the kind ${membership.kind}`, { membership: { ...membership, checkedAt: null } }, ['membership', 'checkedAt']])),
    ...(['unknown', 'unusable'].map((kind): [string, object, string[]] => [`no reason of a membership of the kind ${kind}`, { membership: { kind, segment, checkedAt: at } }, ['membership', 'why']])),
    ['no word on when it joined', { membership: { kind: 'member', segment, checkedAt: at } }, ['membership', 'joinedAt']], ['a wrong time of joining', { membership: { ...member, joinedAt: 'lately' } }, ['membership', 'joinedAt']],
    ['a link to another type', { link: { ...handover.link, type: 'Account' } }, ['link', 'type']], ['a link by another rung', { link: { ...handover.link, rung: 'guess' } }, ['link', 'rung']], ['more than the parts of a link', { link: { ...handover.link, email: 'x' } }, ['link']],
    ...['00Q00000000000', '00Q000000000001AA', '00Q000000000001AAAA', '00Q-00000000001AAA', ''].map((id): [string, object, string[]] => [`the Salesforce id "${id}"`, { link: { ...handover.link, id } }, ['link', 'id']]),
    ['a number in the base', { base: { jobtitle: 1 } }, ['base', 'jobtitle']], ['a null among the fields of the base', { baseFields: { jobtitle: null } }, ['baseFields', 'jobtitle']],
    ['a field that is no name', { wrote: { hubspot: [1], salesforce: [] } }, ['wrote', 'hubspot', 0]], ['a field that is no name on the other side', { wrote: { hubspot: [], salesforce: [1] } }, ['wrote', 'salesforce', 0]],
    ['nothing said of one side', { wrote: { hubspot: [] } }, ['wrote', 'salesforce']], ['a third side', { wrote: { hubspot: [], salesforce: [], excel: [] } }, ['wrote']],
    ['another status', { outcome: { status: 'lost', reason: 'x' } }, ['outcome', 'status']], ['no reason', { outcome: { status: 'in-sync' } }, ['outcome', 'reason']], ['more than an outcome', { outcome: { status: 'in-sync', reason: 'x', error: null } }, ['outcome']],
    ['a review without candidates', { outcome: { status: 'needs-review', reason: 'x' } }, ['outcome', 'candidates']], ['a review without a reason', { outcome: { ...review, reason: undefined } }, ['outcome', 'reason']], ['more than a review', { outcome: { ...review, error: null } }, ['outcome']],
    ['a candidate that is no record', { outcome: { ...review, candidates: [{ type: 'Lead' }] } }, ['outcome', 'candidates', 0, 'id']], ['more than a candidate', { outcome: { ...review, candidates: [{ ...lead, email: 'x' }] } }, ['outcome', 'candidates', 0]],
    ['an error of no category', { outcome: { ...error, error: { ...error.error, category: 'bad-luck' } } }, ['outcome', 'error', 'category']], ['more than an error', { outcome: { ...error, reason: 'x' } }, ['outcome']],
    ['more than the parts of an error', { outcome: { ...error, error: { ...error.error, stack: 'x' } } }, ['outcome', 'error']],
    ...(['code', 'message', 'remedy'] as const).map((part): [string, object, string[]] => [`an error without ${part}`, { outcome: { ...error, error: { ...error.error, [part]: undefined } } }, ['outcome', 'error', part]]),
  ];
  for (const [name, more, path] of refused) {
    test(`is refused with ${name}, and says where`, () => assert.deepEqual(handoverInput().safeParse({ ...handover, ...more }).error?.issues.map((issue) => issue.path), [path]));
  }

  test('says in words which id was expected', () => {
    const fault = (more: object) => handoverInput().safeParse({ ...handover, ...more }).error?.issues[0]?.message;
    assert.equal(fault({ hubspotId: 'x' }), 'expected a HubSpot contact id');
    assert.equal(fault({ link: { ...handover.link, id: 'x' } }), 'expected a Salesforce id of 18 characters');
  });
});

describe('S4 what the Salesforce feed hands over to be passed through the gate once', () => {
  const bypass = { hubspotId: '51', salesforce: lead, bypass: 'on-create' };
  test('is a contact and the record that it was created from', () => {
    assert.deepEqual(bypassInput().parse(bypass), bypass);
    assert.deepEqual(bypassInput().parse({ ...bypass, salesforce: { ...lead, type: 'Contact' } }).salesforce.type, 'Contact');
  });
  const refused: [string, object, string[]][] = [
    ['another reason to bypass', { bypass: 'on-update' }, ['bypass']], ['more than its parts', { twice: true }, []], ['more than a record', { salesforce: { ...lead, email: 'x' } }, ['salesforce']], ['no record', { salesforce: undefined }, ['salesforce']],
    ['no contact', { hubspotId: undefined }, ['hubspotId']],
  ];
  for (const [name, more, path] of refused) {
    test(`is refused with ${name}`, () => assert.deepEqual(bypassInput().safeParse({ ...bypass, ...more }).error?.issues.map((issue) => issue.path), [path]));
  }
});

test('a page is asked for by an import, a resync, a burst of changes or many who joined', () => {
  assert.deepEqual(pageTriggers, ['import', 'resync', 'change', 'joined']);
});
