import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decide, nextBase, type DecideInput } from '../../sync/decide.ts';
import { newest } from '../../sync/decide/newest.ts';
import type { Base, FieldProblem, FieldReading, Side } from '../../sync/records.ts';

const noOption: FieldProblem = { code: 'INVALID_OPTION', message: 'It is not an option there.' };

/** A field with these values; `problem` stands on the side named. */
function field(h: string | null, s: string | null, more: Partial<FieldReading> = {}, problem: { h?: FieldProblem; s?: FieldProblem } = {}): FieldReading {
  const side = (value: string | null, blank: '' | null, fault: FieldProblem | undefined): Side =>
    ({ key: value, text: value, ...(h !== s && (fault === undefined ? { write: value ?? blank } : { problem: fault })) });
  return {
    hubspot: 'jobtitle', salesforce: 'Title', rule: 'two-way', treatment: 'ordinary', direction: 'both', hubspotChangedAt: null,
    h: side(h, null, problem.h), s: side(s, '', problem.s), ...more,
  };
}
const run = (fields: FieldReading[], more: Partial<DecideInput> = {}) =>
  decide({ fields, base: {}, salesforceChange: { after: null, before: null }, mode: 'sync', linkedNow: false, baseOnItsWay: false, ...more });
const writes = (fields: FieldReading[], more: Partial<DecideInput> = {}) => {
  const { hubspot, salesforce } = run(fields, more);
  return { ...(Object.keys(hubspot).length > 0 && { hubspot }), ...(Object.keys(salesforce).length > 0 && { salesforce }) };
};

/** The reason of the only field. */
const reason = (only: FieldReading, more: Partial<DecideInput> = {}) => run([only], more).fields[0]?.reason;

describe('times for "newest": HubSpot must have changed after the interval, by more than a second', () => {
  const cases: [string, number | null, number | null, number | null, 'hubspot' | 'salesforce', string][] = [
    ['later than the interval', 5000, 1000, 3000, 'hubspot', 'HubSpot changed later'],
    ['a second after it is a tie', 4000, 3000, 3000, 'salesforce', 'both changed at the same time, so Salesforce wins'],
    ['a millisecond more is not', 4001, 3000, 3000, 'hubspot', 'HubSpot changed later'],
    ['within it the order is unknown', 2000, 1000, 3000, 'salesforce', 'the order is not known, so Salesforce wins'],
    ['before it Salesforce is newer', 1000, 2500, 3000, 'salesforce', 'Salesforce changed later'],
    ['a second before it is not known', 1000, 2000, 9000, 'salesforce', 'the order is not known, so Salesforce wins'],
    ['a millisecond more is known', 999, 2000, 9000, 'salesforce', 'Salesforce changed later'],
    ['an interval of a second is a tie', 1500, 1000, 2000, 'salesforce', 'both changed at the same time, so Salesforce wins'],
    ['so is one that our clock has turned round', 1500, 2000, 1500, 'salesforce', 'both changed at the same time, so Salesforce wins'],
    ['without a time in HubSpot', null, 1000, 3000, 'salesforce', 'the times are not known, so Salesforce wins'],
    ['without a time in Salesforce', 5000, 1000, null, 'salesforce', 'the times are not known, so Salesforce wins'],
    ['without a lower end', 1000, null, 3000, 'salesforce', 'the order is not known, so Salesforce wins'],
  ];
  for (const [name, hubspotChangedAt, after, before, winner, why] of cases) {
    test(name, () => {
      assert.deepEqual(newest(hubspotChangedAt, { after, before }, true), { winner, why });
      const decision = run([field('y', 'z', { hubspotChangedAt })], { base: { jobtitle: 'x' }, salesforceChange: { after, before } });
      assert.deepEqual([decision.hubspot, decision.salesforce], winner === 'hubspot' ? [{}, { Title: 'y' }] : [{ jobtitle: 'z' }, {}]);
      assert.equal(decision.fields[0]?.reason, `Both changed it, differently; rule "Two-way": ${why}.`);
    });
  }
  test('without a base the interval has no lower end', () => {
    assert.equal(reason(field('y', 'z', { hubspotChangedAt: 1000 }), { salesforceChange: { after: 5000, before: 6000 } }), 'First sync: the two sides differ; rule "Two-way": the order is not known, so Salesforce wins.');
  });
});

describe('reasons name what happened and the rule by its name in HubSpot', () => {
  const base = { jobtitle: 'x' };
  const cases: [FieldReading['rule'], string, string][] = [
    ['salesforce-unless-blank', 'HubSpot changed it; rule "Prefer Salesforce unless blank".', 'Nothing changed.'],
    ['always-salesforce', 'HubSpot changed it; rule "Always use Salesforce".', 'Nothing changed.'],
    ['two-way', 'HubSpot changed it; rule "Two-way".', 'Nothing changed.'],
    ['none', 'Rule "Don\'t sync".', 'Rule "Don\'t sync".'],
  ];
  for (const [rule, changed, equal] of cases) test(rule, () => assert.deepEqual([reason(field('y', 'x', { rule }), { base }), reason(field('x', 'x', { rule }), { base })], [changed, equal]));
});

describe('email', () => {
  const email: Partial<FieldReading> = { hubspot: 'email', salesforce: 'Email', treatment: 'email' };
  const base = { email: 'a@x' };
  test('a blank never clears an email on either side', () => {
    for (const rule of ['two-way', 'salesforce-unless-blank'] as const) {
      assert.deepEqual(writes([field('a@x', null, { ...email, rule })], { base }), {}, `Salesforce deleted, ${rule}`);
    }
    assert.deepEqual(writes([field(null, 'a@x', { ...email, rule: 'two-way' })], { base }), {});
    assert.deepEqual(writes([field(null, 'a@x', { ...email, rule: 'salesforce-unless-blank' })], { base }), { hubspot: { email: 'a@x' } });
  });
  test('and says so', () => {
    const blank = 'a blank never clears an email.';
    assert.equal(reason(field('a@x', null, email), { base }), `Salesforce deleted it; ${blank}`);
    assert.equal(reason(field(null, 'a@x', email), { base }), `HubSpot deleted it; ${blank}`);
    assert.equal(reason(field('b@x', null, email), { base }), `HubSpot changed it and Salesforce deleted it; ${blank}`);
    assert.equal(reason(field(null, 'b@x', email), { base }), `HubSpot deleted it and Salesforce changed it; ${blank}`);
    assert.equal(reason(field(null, null, email), { base }), 'Both deleted it.');
    assert.equal(reason(field(null, null, { ...email, rule: 'none' }), { base }), 'Rule "Don\'t sync".');
    assert.equal(reason(field('b@x', 'a@x', email), { base }), 'HubSpot changed it; rule "Two-way".');
  });
  test('against a deletion a changed email wins, whatever the times', () => {
    assert.deepEqual(writes([field('b@x', null, email)], { base }), { salesforce: { Email: 'b@x' } });
    assert.deepEqual(writes([field(null, 'b@x', { ...email, hubspotChangedAt: 9000 })], { base, salesforceChange: { after: 0, before: 1 } }), { hubspot: { email: 'b@x' } });
  });
});

describe('owner', () => {
  const owner: Partial<FieldReading> = { hubspot: 'hubspot_owner_id', salesforce: 'OwnerId', treatment: 'owner', rule: 'salesforce-unless-blank' };
  const unknown: FieldProblem = { code: 'UNKNOWN_OWNER', message: 'No owner there.' };
  const base = { hubspot_owner_id: 'u1' };
  const later = { hubspotChangedAt: 9000 };
  const salesforceChange = { after: 0, before: 1000 };
  test('is two-way whatever rule is shown: a later change in HubSpot goes to Salesforce', () => {
    assert.deepEqual(writes([field('u2', 'u1', owner)], { base }), { salesforce: { OwnerId: 'u2' } });
    assert.deepEqual(writes([field('u2', 'u3', { ...owner, ...later, rule: 'always-salesforce' })], { base, salesforceChange }), { salesforce: { OwnerId: 'u2' } });
  });
  test('linking to an existing record takes the Salesforce owner', () => {
    assert.deepEqual(writes([field('u2', 'u1', { ...owner, ...later })], { linkedNow: true, salesforceChange }), { hubspot: { hubspot_owner_id: 'u1' } });
    assert.deepEqual(writes([field('u2', 'u1', { ...owner, ...later })], { salesforceChange }), { salesforce: { OwnerId: 'u2' } });
  });
  test('a Salesforce queue without a HubSpot owner leaves both alone, also after linking, and is no error', () => {
    const queue = field('u2', '00G', { ...owner, ...later }, { s: unknown });
    const decision = run([queue], { linkedNow: true, salesforceChange });
    assert.deepEqual([decision.hubspot, decision.salesforce, decision.problems], [{}, {}, []]);
    assert.match(decision.fields[0]?.reason ?? '', /no HubSpot owner/);
    const kept = nextBase({}, decision, { hubspot: [], salesforce: [] });
    assert.deepEqual(writes([queue], { base: kept, salesforceChange }), {}, 'the queue is not taken away at the second sync');
    assert.deepEqual(writes([field('u3', '00G', { ...owner, ...later }, { s: unknown })], { base: kept, salesforceChange }), { salesforce: { OwnerId: 'u3' } });
  });
  test('unassigning in HubSpot, or an owner unknown to Salesforce, is set back', () => {
    assert.deepEqual(writes([field(null, 'u1', owner)], { base }), { hubspot: { hubspot_owner_id: 'u1' } });
    assert.deepEqual(writes([field('hubspot-owner:9', 'u1', { ...owner, ...later }, { h: unknown })], { base, salesforceChange }), { hubspot: { hubspot_owner_id: 'u1' } });
  });
  test('a Salesforce owner that is not shown is never passed on', () => {
    const known = run([field('u1', null, owner)], { base });
    assert.deepEqual([known.hubspot, known.salesforce, known.fields[0]?.reason], [{}, { OwnerId: 'u1' }, 'Salesforce shows no owner.']);
    const neither = run([field('hubspot-owner:9', null, owner, { h: unknown })], { base });
    assert.deepEqual([neither.hubspot, neither.salesforce, neither.problems, neither.fields[0]?.reason], [{}, {}, [], 'No owner that both sides know.']);
  });
  test('a queue that takes over in Salesforce leaves the owner in HubSpot alone', () => {
    const decision = run([field('u1', '00G', owner, { s: unknown })], { base });
    assert.deepEqual([decision.hubspot, decision.salesforce, decision.problems], [{}, {}, []]);
    assert.equal(decision.fields[0]?.reason, 'The Salesforce owner is no HubSpot owner, so the owner in HubSpot is left alone.');
    const unassigned = run([field(null, '00G', owner, { s: unknown })], { base: { hubspot_owner_id: '00G' } });
    assert.deepEqual([unassigned.hubspot, unassigned.problems], [{}, []], 'nor is it set back to one');
  });
  test('the same owner on both sides is nothing to do, linked just now or not', () => {
    for (const linkedNow of [true, false]) {
      const decision = run([field('u1', 'u1', owner)], { base, linkedNow });
      assert.deepEqual([decision.hubspot, decision.salesforce, decision.problems, decision.settled, decision.fields[0]?.reason], [{}, {}, [], { hubspot_owner_id: 'u1' }, 'Nothing changed.']);
    }
  });
  test('each answer has its reason', () => {
    assert.equal(reason(field('u2', 'u1', owner), { linkedNow: true }), 'Linked to an existing record, whose owner is taken.');
    assert.equal(reason(field(null, 'u1', owner), { base }), 'Unassigned in HubSpot: the Salesforce owner is set back.');
    assert.equal(reason(field('hubspot-owner:9', 'u1', owner, { h: unknown }), { base }), 'The owner in HubSpot is no active Salesforce user: the Salesforce owner is set back.');
    assert.equal(reason(field('u2', 'u1', owner), { base }), 'HubSpot changed it; rule "Two-way".');
  });
  test('linking takes no owner into the base where owners are not synced, a page may hand over the base, or the record is new', () => {
    assert.deepEqual(run([field('u2', 'u1', { ...owner, rule: 'none' })], { linkedNow: true }).settled, {});
    assert.deepEqual(run([field(null, 'u1', owner)], { linkedNow: true, baseOnItsWay: true }).settled, {});
    assert.deepEqual(run([field('u2', null, owner)], { linkedNow: true, mode: 'create-in-salesforce' }).settled, {});
    assert.deepEqual(run([field('u2', 'u1', owner)], { linkedNow: true }).settled, { hubspot_owner_id: 'u2' });
  });
  test('a new record gets a valid HubSpot owner, else none', () => {
    assert.equal(run([field('u2', null, owner)], { mode: 'create-in-salesforce', createAs: 'Contact' }).salesforce['OwnerId'], 'u2');
    const decision = run([field('hubspot-owner:9', null, owner, { h: unknown })], { mode: 'create-in-salesforce', createAs: 'Contact' });
    assert.deepEqual([Object.keys(decision.salesforce), decision.problems], [['LastName'], []]);
  });
});

describe('opt-out', () => {
  const optOut: Partial<FieldReading> = { hubspot: 'hs_email_optout', salesforce: 'HasOptedOutOfEmail', treatment: 'opt-out', direction: 'to-salesforce', rule: 'salesforce-unless-blank' };
  const bases: Base[] = [{}, { hs_email_optout: 'false' }, { hs_email_optout: 'true' }];
  test('opting out goes from HubSpot to Salesforce, whatever the base, and stays after an email change (R16)', () => {
    for (const base of bases) assert.deepEqual(writes([field('true', 'false', optOut)], { base }), { salesforce: { HasOptedOutOfEmail: 'true' } });
  });
  test('it is never undone, and never goes to HubSpot', () => {
    for (const base of bases) assert.deepEqual(writes([field('false', 'true', optOut)], { base }), {});
  });
  test('where both sides agree there is nothing to do', () => {
    const decision = run([field('true', 'true', optOut)], { base: { hs_email_optout: 'true' } });
    assert.deepEqual([decision.salesforce, decision.problems, decision.settled], [{}, [], { hs_email_optout: 'true' }]);
  });
  test('it goes the way of the mapping and of the pass, as everything does', () => {
    assert.deepEqual(writes([field('true', 'false', optOut)], { mode: 'hubspot-only' }), {});
    assert.deepEqual(writes([field('true', 'false', { ...optOut, direction: 'to-hubspot' })]), {});
  });
  test('what Salesforce said meanwhile is kept', () => {
    assert.deepEqual(run([field('true', 'false', optOut)], { base: { hs_email_optout: 'true' } }).fields[0]?.lost, { side: 'salesforce', text: 'false', at: null });
  });
  test('"Always use Salesforce" writes none of it in Salesforce, and settles nothing', () => {
    const decision = run([field('true', null, { ...optOut, rule: 'always-salesforce' })]);
    assert.deepEqual([decision.salesforce, decision.settled], [{}, {}]);
  });
  test('each answer has its reason', () => {
    assert.equal(reason(field('true', 'false', optOut)), 'The person opted out in HubSpot.');
    assert.equal(reason(field('false', 'true', optOut)), 'An opt-out in Salesforce is never taken to HubSpot nor undone.');
    assert.equal(reason(field('true', 'true', optOut), { base: { hs_email_optout: 'true' } }), 'Nothing changed.');
    assert.equal(reason(field('true', 'false', { ...optOut, rule: 'always-salesforce' })), 'Rule "Always use Salesforce" writes nothing in Salesforce.');
  });
});

describe('creating a Salesforce record', () => {
  const create = { mode: 'create-in-salesforce', createAs: 'Lead' } as const;
  const at = (hubspot: string, salesforce: string, h: string | null, rule: FieldReading['rule'] = 'salesforce-unless-blank') => field(h, null, { hubspot, salesforce, rule });
  test('it gets all non-blank values except "Always use Salesforce" and "Don\'t sync"', () => {
    const decision = run([at('jobtitle', 'Title', 'Boss'), at('phone', 'Phone', null), at('status', 'Status', 'New', 'always-salesforce'), at('secret', 'Secret__c', 'x', 'none')], create);
    assert.deepEqual(decision.salesforce, { Company: '[not provided]', LastName: '[not provided]', Title: 'Boss' });
    assert.deepEqual(decision.problems, []);
    assert.deepEqual(nextBase({}, decision, { hubspot: [], salesforce: ['Title', 'LastName', 'Company'] }), { jobtitle: 'Boss', phone: null, status: null });
  });
  test('each field has its reason', () => {
    const owner: Partial<FieldReading> = { hubspot: 'hubspot_owner_id', salesforce: 'OwnerId', treatment: 'owner' };
    const optOut: Partial<FieldReading> = { hubspot: 'hs_email_optout', salesforce: 'HasOptedOutOfEmail', treatment: 'opt-out' };
    const unknown: FieldProblem = { code: 'UNKNOWN_OWNER', message: 'No owner there.' };
    const cases: [FieldReading, string, object][] = [
      [field('Boss', null), 'The new Salesforce record gets it.', { Title: 'Boss' }],
      [field(null, null), 'Blank on both sides.', {}],
      [at('lastname', 'LastName', 'Lovelace', 'none'), 'The new Salesforce record requires it.', { LastName: 'Lovelace' }],
      [field('Boss', null, { rule: 'always-salesforce' }), 'Not sent to the new Salesforce record: rule "Always use Salesforce".', {}],
      [field('Boss', null, { rule: 'none' }), 'Not sent to the new Salesforce record: rule "Don\'t sync".', {}],
      [field('u1', null, owner), 'The new Salesforce record gets its HubSpot owner.', { OwnerId: 'u1' }],
      [field('u1', null, owner, { h: unknown }), 'Its HubSpot owner is no active Salesforce user, so Salesforce assigns one.', {}],
      [field('u1', null, { ...owner, rule: 'none' }), 'Rule "Don\'t sync".', {}],
      [field('true', null, optOut), 'The new Salesforce record gets it.', { HasOptedOutOfEmail: 'true' }],
      [field('false', null, optOut), 'Only opting out goes to Salesforce.', {}],
    ];
    for (const [only, reason, sent] of cases) {
      const decision = run([only], { ...create, createAs: 'Contact' });
      assert.deepEqual([decision.fields[0]?.reason, decision.salesforce], [reason, { LastName: '[not provided]', ...sent }]);
    }
  });
  test('a field that cannot be written in Salesforce is not sent, required or not', () => {
    const oneWay = { direction: 'to-hubspot' } as const;
    const fields = [field('Boss', null, oneWay), field('u1', null, { hubspot: 'hubspot_owner_id', salesforce: 'OwnerId', treatment: 'owner', ...oneWay }), field('Lovelace', null, { hubspot: 'lastname', salesforce: 'LastName', ...oneWay })];
    assert.deepEqual(run(fields, { ...create, createAs: 'Contact' }).salesforce, { LastName: '[not provided]' });
  });
  test('what it requires is no base before it is confirmed', () => {
    assert.deepEqual(run([at('lastname', 'LastName', 'Lovelace', 'always-salesforce')], create).settled, {});
  });
  test('of which type it is, its fields tell where nothing else does', () => {
    assert.deepEqual(run([at('jobtitle', 'Title', null), at('company', 'Company', null)], { mode: 'create-in-salesforce' }).salesforce, { Company: '[not provided]', LastName: '[not provided]' });
    assert.deepEqual(run([at('jobtitle', 'Title', null)], { mode: 'create-in-salesforce' }).salesforce, { LastName: '[not provided]' });
  });
  describe('R17 without a valid email address', () => {
    const invalid: FieldProblem = { code: 'INVALID_EMAIL_ADDRESS', message: 'No address.' };
    const email = field('ada@', null, { hubspot: 'email', salesforce: 'Email', treatment: 'email' }, { h: invalid });
    test('nothing is created, since it would be created anew on every run, and the email alone is the problem', () => {
      const decision = run([email, field('Boss', null), at('phone', 'Phone', null)], create);
      assert.deepEqual([decision.hubspot, decision.salesforce, decision.settled, decision.problems], [{}, {}, {}, [{ hubspot: 'email', salesforce: 'Email', ...invalid }]]);
      assert.deepEqual(decision.fields.map((one) => one.reason), [
        'The new Salesforce record gets it; but the value cannot be written.', 'No Salesforce record is created without a valid email address.', 'No Salesforce record is created without a valid email address.',
      ]);
      assert.equal(decision.summary, 'Nothing is written; cannot write email.');
    });
    test('with one, a record is created', () => {
      assert.deepEqual(run([field('ada@x', null, { hubspot: 'email', salesforce: 'Email', treatment: 'email' })], { ...create, createAs: 'Contact' }).salesforce, { Email: 'ada@x', LastName: '[not provided]' });
    });
    test('an existing record gets its other values', () => {
      assert.deepEqual(run([email, field('Boss', null)]).salesforce, { Title: 'Boss' });
    });
    test('another value that cannot be written keeps nothing from being created', () => {
      assert.deepEqual(run([field('x', null, {}, { h: noOption }), at('email', 'Email', 'ada@x')], { ...create, createAs: 'Contact' }).salesforce, { Email: 'ada@x', LastName: '[not provided]' });
    });
    test('a blank one is no invalid one, and a contact without one is not decided at all', () => {
      assert.deepEqual(run([field(null, null, { hubspot: 'email', salesforce: 'Email', treatment: 'email' })], { ...create, createAs: 'Contact' }).salesforce, { LastName: '[not provided]' });
    });
  });
  test('what it requires is sent whatever the rule', () => {
    assert.deepEqual(run([at('lastname', 'LastName', 'Lovelace', 'always-salesforce'), at('company', 'Company', 'Analytical', 'none')], create).salesforce, { Company: 'Analytical', LastName: 'Lovelace' });
  });
  test('a Contact requires a last name alone', () => {
    assert.deepEqual(run([], { mode: 'create-in-salesforce', createAs: 'Contact' }).salesforce, { LastName: '[not provided]' });
  });
  test('a required value that cannot be converted is replaced by the placeholder and reported', () => {
    const decision = run([field('x', null, { hubspot: 'lastname', salesforce: 'LastName' }, { h: noOption })], { mode: 'create-in-salesforce', createAs: 'Contact' });
    assert.deepEqual([decision.salesforce, decision.problems.map((one) => one.hubspot)], [{ LastName: '[not provided]' }, ['lastname']]);
  });
});

describe('state and country', () => {
  const state = (h: string | null, s: string | null, more: Partial<FieldReading> = {}, problem = {}) => field(h, s, { hubspot: 'state', salesforce: 'MailingState', ...more }, problem);
  const country = (h: string | null, s: string | null, more: Partial<FieldReading> = {}, problem = {}) => field(h, s, { hubspot: 'country', salesforce: 'MailingCountry', ...more }, problem);
  const base = { state: 'Texas', country: 'USA' };
  test('R35 whoever writes one writes both', () => {
    const decision = run([state('Ohio', 'Texas'), country('USA', 'USA')], { base });
    assert.deepEqual(decision.salesforce, { MailingCountry: 'USA', MailingState: 'Ohio' });
    assert.deepEqual(decision.fields.map((one) => one.action), ['to-salesforce', 'none']);
    assert.deepEqual(nextBase(base, decision, { hubspot: [], salesforce: ['MailingCountry', 'MailingState'] }), { state: 'Ohio', country: 'USA' });
  });
  test('R35 the other half goes along even while it goes to HubSpot', () => {
    assert.deepEqual(writes([state('Ohio', 'Texas'), country('USA', 'United States')], { base }), { hubspot: { country: 'United States' }, salesforce: { MailingCountry: 'United States', MailingState: 'Ohio' } });
  });
  test('R35 where one cannot be converted, there is one clear error and neither is written', () => {
    const decision = run([state('Zealand', 'Texas'), country('Denmark', 'USA', {}, { h: noOption })], { base });
    assert.deepEqual([decision.salesforce, decision.problems.map((one) => one.hubspot)], [{}, ['country']]);
    assert.match(decision.fields[0]?.reason ?? '', /held back/);
    assert.equal(nextBase(base, decision, { hubspot: [], salesforce: [] }).state, 'Texas');
  });
  test('R35 where neither can be converted, there are two errors', () => {
    const decision = run([state('Zealand', 'Texas', {}, { h: noOption }), country('Denmark', 'USA', {}, { h: noOption })], { base });
    assert.deepEqual([decision.salesforce, decision.problems.map((one) => one.hubspot)], [{}, ['country', 'state']]);
  });
  test('R35 the codes of both belong together too, and other fields that are called so do not', () => {
    const named = (hubspot: string, salesforce: string, h: string, s: string) => field(h, s, { hubspot, salesforce });
    const codes = [named('state', 'StateCode', 'OH', 'TX'), named('country', 'CountryCode', 'US', 'US')];
    assert.deepEqual(writes(codes, { base: { state: 'TX', country: 'US' } }), { salesforce: { CountryCode: 'US', StateCode: 'OH' } });
    const others = [named('a', 'State_Old__c', 'OH', 'TX'), named('b', 'Country_Old__c', 'US', 'US'), named('c', 'Title', 'x', 'x')];
    assert.deepEqual(writes(others, { base: { a: 'TX', b: 'US', c: 'x' } }), { salesforce: { State_Old__c: 'OH' } });
  });
  test('R35 a text that was cut for people is no place to send along', () => {
    const sent = (text: string) => Object.keys(run([state('Ohio', 'Texas'), country(text, text)], { base: { state: 'Texas', country: text } }).salesforce);
    assert.deepEqual([sent('x'.repeat(200)), sent(`${'x'.repeat(200)}…`)], [['MailingCountry', 'MailingState'], ['MailingState']]);
  });
  test('R35 the half that is held back says why', () => {
    assert.equal(run([state('Zealand', 'Texas'), country('Denmark', 'USA', {}, { h: noOption })], { base }).fields[0]?.reason, 'HubSpot changed it; rule "Two-way"; held back because country, which belongs to it, cannot be written.');
  });
  test('a half that the integration user cannot write, or that is not synced, is not sent along', () => {
    assert.deepEqual(writes([state('Ohio', 'Texas'), country('USA', 'USA', { direction: 'to-hubspot' })], { base }), { salesforce: { MailingState: 'Ohio' } });
    assert.deepEqual(writes([state('Ohio', 'Texas'), country('USA', 'USA', { rule: 'none' })], { base }), { salesforce: { MailingState: 'Ohio' } });
  });
});

describe('what is not written', () => {
  test('a winner that cannot be converted is left out, reported, and keeps its base; the others go on', () => {
    const decision = run([field('y', 'x', {}, { h: noOption }), field('b', 'a', { hubspot: 'phone', salesforce: 'Phone' })], { base: { jobtitle: 'x', phone: 'a' } });
    assert.deepEqual([decision.salesforce, decision.hubspot], [{ Phone: 'b' }, {}]);
    assert.deepEqual(decision.problems, [{ hubspot: 'jobtitle', salesforce: 'Title', ...noOption }]);
    assert.deepEqual(nextBase({ jobtitle: 'x', phone: 'a' }, decision, { hubspot: [], salesforce: ['Phone'] }), { jobtitle: 'x', phone: 'b' });
    assert.equal(decision.summary, 'Writes Phone in Salesforce; cannot write jobtitle.');
  });
  test('nor is a value that comes without what would be written', () => {
    const [only] = run([{ ...field('y', 'x'), h: { key: 'y', text: 'y' } }], { base: { jobtitle: 'x' } }).fields;
    assert.deepEqual(only, {
      hubspot: 'jobtitle', salesforce: 'Title', rule: 'two-way', row: 15, action: 'none', reason: 'HubSpot changed it; rule "Two-way"; but the value cannot be written.',
      problem: { code: 'NOT_CONVERTIBLE', message: 'jobtitle and Title: the value cannot be written.' },
    });
  });
  test('a value that loses may be inconvertible without being a problem', () => {
    assert.deepEqual(run([field('y', 'z', {}, { h: noOption })], { base: { jobtitle: 'x' } }).problems, []);
  });
  test('S4 the one pass writes in HubSpot only', () => {
    const decision = run([field('x', null), field(null, 'a', { hubspot: 'phone', salesforce: 'Phone' })], { mode: 'hubspot-only', linkedNow: true });
    assert.deepEqual([decision.hubspot, decision.salesforce], [{ phone: 'a' }, {}]);
  });
  test('while a page may still hand over the base, a field without one that is blank on one side is left alone', () => {
    const decision = run([field('x', null), field(null, 'a', { hubspot: 'phone', salesforce: 'Phone' }), field('u', 'v', { hubspot: 'fax', salesforce: 'Fax' })], { baseOnItsWay: true });
    assert.deepEqual([decision.hubspot, decision.salesforce, decision.settled], [{ fax: 'v' }, {}, {}]);
    assert.deepEqual(decision.fields.map((one) => ('waitsForBase' in one ? one.waitsForBase : 'no')), [true, true, 'no']);
    assert.equal(decision.fields[0]?.reason, 'First sync: blank in Salesforce, which is no deletion; left alone until the page job has handed over what both sides agreed on.');
    assert.equal(reason(field('x', null, { rule: 'none' }), { baseOnItsWay: true }), 'Rule "Don\'t sync".');
    assert.deepEqual(run([field('x', null, { rule: 'always-salesforce' })], { baseOnItsWay: true }).settled, {});
    assert.deepEqual(writes([field('x', null)], { baseOnItsWay: true, base: { jobtitle: null } }), { salesforce: { Title: 'x' } });
  });
  test('a one-way mapping leaves the other way undone and says so', () => {
    const decision = run([field('y', 'x', { direction: 'to-hubspot' })], { base: { jobtitle: 'x' } });
    assert.deepEqual([decision.hubspot, decision.salesforce], [{}, {}]);
    assert.equal(decision.fields[0]?.reason, 'HubSpot changed it; rule "Two-way"; Title cannot be written in Salesforce.');
    assert.equal(reason(field('x', 'y', { direction: 'to-salesforce' }), { base: { jobtitle: 'x' } }), 'Salesforce changed it; rule "Two-way"; jobtitle cannot be written in HubSpot.');
    assert.equal(reason(field('y', 'x'), { base: { jobtitle: 'x' }, mode: 'hubspot-only' }), 'HubSpot changed it; rule "Two-way"; this pass writes in HubSpot only.');
  });
  test('a one-way mapping goes its way', () => {
    assert.deepEqual(writes([field('x', 'y', { direction: 'to-hubspot' })], { base: { jobtitle: 'x' } }), { hubspot: { jobtitle: 'y' } });
    assert.deepEqual(writes([field('y', 'x', { direction: 'to-salesforce' })], { base: { jobtitle: 'x' } }), { salesforce: { Title: 'y' } });
  });
});

describe('base and history', () => {
  test('"Always use Salesforce" settles rows 2 and 7 on the Salesforce blank', () => {
    const bases: Base[] = [{}, { jobtitle: null }];
    for (const base of bases) assert.deepEqual(run([field('x', null, { rule: 'always-salesforce' })], { base }).settled, { jobtitle: null });
  });
  test('nothing else settles while the two sides differ', () => {
    assert.deepEqual(run([field('x', null, {}, { h: noOption })]).settled, {}, 'a value that should be written in Salesforce, and cannot');
    assert.deepEqual(run([field('x', 'y', { rule: 'always-salesforce' }, { s: noOption })]).settled, {}, 'a value that should be written in HubSpot, and cannot');
    assert.deepEqual(run([field('x', 'x', { rule: 'none' })]).settled, {}, 'what is not synced has no base');
    assert.deepEqual(run([field('x', 'x')]).settled, { jobtitle: 'x' }, 'equal values settle');
  });
  test('an unconfirmed write leaves the base alone, and "Don\'t sync" keeps none', () => {
    const decision = run([field('y', 'x'), field('b', 'a', { hubspot: 'phone', salesforce: 'Phone', rule: 'none' })], { base: { jobtitle: 'x', phone: 'a' } });
    assert.deepEqual(nextBase({ jobtitle: 'x', phone: 'a', other: 'kept' }, decision, { hubspot: ['jobtitle'], salesforce: [] }), { jobtitle: 'x', other: 'kept' });
  });
  test('the loser is kept with its side and time; a deletion too', () => {
    const input = { base: { jobtitle: 'x' }, salesforceChange: { after: 3000, before: 3000 } };
    assert.deepEqual(run([field('y', 'z', { hubspotChangedAt: 2000 })], input).fields[0]?.lost, { side: 'hubspot', text: 'y', at: 2000 });
    assert.deepEqual(run([field('y', 'z', { hubspotChangedAt: 9000 })], input).fields[0]?.lost, { side: 'salesforce', text: 'z', at: 3000 });
    assert.deepEqual(run([field(null, 'x', { rule: 'always-salesforce', hubspotChangedAt: 2000 })], input).fields[0]?.lost, { side: 'hubspot', text: null, at: 2000 });
    assert.equal(run([field('x', 'y')], input).fields[0]?.lost, undefined);
    assert.deepEqual(run([field('y', 'x')], input).fields[0]?.lost, { side: 'salesforce', text: 'x', at: 3000 }, 'row 15');
    assert.deepEqual(run([field(null, 'x')], input).fields[0]?.lost, { side: 'salesforce', text: 'x', at: 3000 }, 'row 13');
  });
  test('the time of a loser in Salesforce is known where its commit is', () => {
    const lost = (after: number | null) => run([field('y', 'z', { hubspotChangedAt: 9000 })], { base: { jobtitle: 'x' }, salesforceChange: { after, before: 3000 } }).fields[0]?.lost;
    assert.deepEqual([lost(3000)?.at, lost(1000)?.at, lost(null)?.at], [3000, null, null]);
  });
  test('R32 a stale form value does not beat a later edit in Salesforce, and is kept', () => {
    const decision = run([field('old form', 'new edit', { hubspotChangedAt: 1000 })], { base: { jobtitle: 'x' }, salesforceChange: { after: 5000, before: 6000 } });
    assert.deepEqual([decision.hubspot, decision.fields[0]?.lost?.text], [{ jobtitle: 'new edit' }, 'old form']);
  });
  test('reasons name the rule; a reverted edit in HubSpot says which rule did it', () => {
    const [only] = run([field('y', 'x', { rule: 'always-salesforce' })], { base: { jobtitle: 'x' } }).fields;
    assert.equal(only?.reason, 'HubSpot changed it; rule "Always use Salesforce".');
  });
  test('nothing to do says so', () => {
    assert.equal(run([field('x', 'x')]).summary, 'Nothing differs.');
  });
  test('what is written, and what cannot be, is told by name and in order', () => {
    const named = (name: string, h: string, s: string, problem = {}) => field(h, s, { hubspot: name, salesforce: `${name.toUpperCase()}__c` }, problem);
    const base = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, 'x']));
    const decision = run([named('b', 'y', 'x'), named('a', 'y', 'x'), named('d', 'x', 'y'), named('c', 'x', 'y'), named('f', 'y', 'x', { h: noOption }), named('e', 'y', 'x', { h: noOption })], { base });
    assert.equal(decision.summary, 'Writes c, d in HubSpot and A__c, B__c in Salesforce; cannot write e, f.');
    assert.deepEqual([Object.keys(decision.hubspot), Object.keys(decision.salesforce), decision.problems.map((one) => one.hubspot)], [['c', 'd'], ['A__c', 'B__c'], ['e', 'f']]);
    assert.deepEqual(decision.fields.map((one) => one.hubspot), ['b', 'a', 'd', 'c', 'f', 'e'], 'the fields stay in the order of the input');
    assert.deepEqual(Object.keys(run([named('b', 'x', 'x'), named('a', 'x', 'x')]).settled), ['a', 'b']);
  });
});
