import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decide, nextBase, type DecideInput } from '../../sync/decide.ts';
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

describe('times for "newest": HubSpot must have changed after the interval, by more than a second', () => {
  const cases: [string, number | null, number | null, number | null, 'hubspot' | 'salesforce', RegExp][] = [
    ['later than the interval', 5000, 1000, 3000, 'hubspot', /HubSpot changed later/],
    ['a second after it is a tie', 4000, 3000, 3000, 'salesforce', /at the same time/],
    ['a millisecond more is not', 4001, 3000, 3000, 'hubspot', /HubSpot changed later/],
    ['within it the order is unknown', 2000, 1000, 3000, 'salesforce', /order is not known/],
    ['before it Salesforce is newer', 1000, 2500, 3000, 'salesforce', /Salesforce changed later/],
    ['without a time in HubSpot', null, 1000, 3000, 'salesforce', /times are not known/],
    ['without a time in Salesforce', 5000, 1000, null, 'salesforce', /times are not known/],
    ['without a lower end', 1000, null, 3000, 'salesforce', /order is not known/],
  ];
  for (const [name, hubspotChangedAt, after, before, winner, reason] of cases) {
    test(name, () => {
      const decision = run([field('y', 'z', { hubspotChangedAt })], { base: { jobtitle: 'x' }, salesforceChange: { after, before } });
      assert.deepEqual([decision.hubspot, decision.salesforce], winner === 'hubspot' ? [{}, { Title: 'y' }] : [{ jobtitle: 'z' }, {}]);
      assert.match(decision.fields[0]?.reason ?? '', reason);
    });
  }
  test('without a base the interval has no lower end', () => {
    const [first] = run([field('y', 'z', { hubspotChangedAt: 1000 })], { salesforceChange: { after: 5000, before: 6000 } }).fields;
    assert.match(first?.reason ?? '', /order is not known/);
  });
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
    assert.deepEqual(run([field('u1', null, owner)], { base }).hubspot, {});
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
});

describe('creating a Salesforce record', () => {
  const create = { mode: 'create-in-salesforce', createAs: 'Lead' } as const;
  const at = (hubspot: string, salesforce: string, h: string | null, rule: FieldReading['rule'] = 'salesforce-unless-blank') => field(h, null, { hubspot, salesforce, rule });
  test('it gets all non-blank values except "Always use Salesforce" and "Don\'t sync"', () => {
    const decision = run([at('jobtitle', 'Title', 'Boss'), at('phone', 'Phone', null), at('status', 'Status', 'New', 'always-salesforce'), at('secret', 'Secret__c', 'x', 'none')], create);
    assert.deepEqual(decision.salesforce, { Company: '[not provided]', LastName: '[not provided]', Title: 'Boss' });
    assert.deepEqual(nextBase({}, decision, { hubspot: [], salesforce: ['Title', 'LastName', 'Company'] }), { jobtitle: 'Boss', phone: null, status: null });
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
    assert.deepEqual(decision.fields.map((one) => one.waitsForBase ?? false), [true, true, false]);
    assert.deepEqual(writes([field('x', null)], { baseOnItsWay: true, base: { jobtitle: null } }), { salesforce: { Title: 'x' } });
  });
  test('a one-way mapping leaves the other way undone and says so', () => {
    const decision = run([field('y', 'x', { direction: 'to-hubspot' })], { base: { jobtitle: 'x' } });
    assert.deepEqual([decision.hubspot, decision.salesforce], [{}, {}]);
    assert.match(decision.fields[0]?.reason ?? '', /Title cannot be written in Salesforce/);
  });
});

describe('base and history', () => {
  test('"Always use Salesforce" settles rows 2 and 7 on the Salesforce blank', () => {
    const bases: Base[] = [{}, { jobtitle: null }];
    for (const base of bases) assert.deepEqual(run([field('x', null, { rule: 'always-salesforce' })], { base }).settled, { jobtitle: null });
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
});
