import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import * as z from 'zod';
import { usPeople } from '../../sandbox/seed/people.ts';
import type { SeedPerson } from '../../sandbox/seed/person.ts';
import { readField } from '../../sync/convert.ts';
import { DEFAULT_MAPPINGS, type MappedField } from '../../sync/mapping.ts';
import { decidePair, type Pair } from '../../sync/plan.ts';
import { carry, takeUp, type Carried } from '../../workflows/contact/carried.ts';
import { finish, loopGuard } from '../../workflows/contact/finish.ts';
import { keep, tell } from '../../workflows/contact/history.ts';
import { settle } from '../../workflows/contact/inbox.ts';
import { newContact, type ContactState } from '../../workflows/contact/state.ts';
import type * as m from '../../workflows/messages.ts';
import { readHistories } from '../replay/histories.ts';
import { linkedLead, member, readingOf } from './fakes/contacts.ts';

type Values = Record<string, string>;

/** The seed's mapping of a Lead; its texts are as long on both sides as they may be in HubSpot. */
const fields = DEFAULT_MAPPINGS.map(({ hubspot, lead = '' }): MappedField => {
  const treatment = hubspot === 'email' ? 'email' : hubspot === 'hubspot_owner_id' ? 'owner' : hubspot === 'hs_email_optout' ? 'opt-out' : 'ordinary';
  const number = { kind: 'number', integer: false, scale: 2, integerDigits: null } as const;
  const conversion = { email: { kind: 'email', maxLength: 0 }, annualrevenue: number, numemployees: number, hubspot_owner_id: { kind: 'owner' }, hs_email_optout: { kind: 'checkbox' } } as const;
  const text = { kind: 'text', maxLength: 65_536 } as const;
  return { hubspot, salesforce: lead, rule: 'two-way', treatment, direction: 'both', required: false, conversion: hubspot in conversion ? conversion[hubspot as keyof typeof conversion] : text };
});
const texts = fields.filter(({ conversion }) => conversion.kind === 'text').map(({ hubspot }) => hubspot);
const owners = { toSalesforce: { 71001: '005000000000001AAA' }, toHubSpot: { '005000000000001AAA': '71001' } };

/** A contact on a clock of its own that is synced with all that its CRMs hold, every write confirmed. */
function syncing(t: TestContext, h: Values, s: Values) {
  const now = Date.parse('2026-01-05T10:00:00.000Z');
  t.mock.timers.reset();
  t.mock.timers.enable({ apis: ['Date'], now });
  const state = newContact(new Date().toISOString());
  const sync = (trigger: string): void => {
    t.mock.timers.tick(90_000);
    const pair: Pair = readingOf({ values: {}, name: 'Ada', membership: member, nextReads: [], nextWrites: [], reads: 0, writes: [], tells: [], nextTells: [] }, {
      fields: fields.map((field) => ({ ...field, hubspotChangedAt: Date.now(), ...readField(field, h[field.hubspot], s[field.salesforce] ?? null, { owners, timeZone: 'UTC' }) })),
    });
    state.membership = pair.membership;
    assert.equal(loopGuard(state), null);
    const decision = decidePair(pair, state);
    for (const [name, value] of Object.entries(decision.hubspot)) h[name] = value;
    for (const [name, value] of Object.entries(decision.salesforce)) s[name] = String(value ?? '');
    const confirmed = { hubspot: Object.keys(decision.hubspot), salesforce: Object.keys(decision.salesforce) };
    settle(state, finish(state, pair, decision, trigger, { kind: 'written', ref: linkedLead, created: false, confirmed, refused: [] }), trigger);
  };
  return { state, h, s, sync };
}

const bytes = (state: ContactState): number => Buffer.byteLength(JSON.stringify({ carried: carry(state) }));
/** The state of the run after it. */
const next = (state: ContactState): ContactState => takeUp(JSON.parse(JSON.stringify(carry(state))) as Carried, '2026-01-06T10:00:00.000Z');

const inSalesforce = ({ email, firstName, lastName, company, title, phone, mobile, street, city, state, zip, country, website, industry, leadSource }: SeedPerson): Values => ({
  Email: email, FirstName: firstName, LastName: lastName, Company: company, Title: title, Phone: phone, MobilePhone: mobile, Street: street, City: city, State: state, PostalCode: zip, Country: country,
  Website: website, Industry: industry, LeadSource: leadSource, OwnerId: '005000000000001AAA', Status: 'Open - Not Contacted', HasOptedOutOfEmail: 'false', AnnualRevenue: '1250000', NumberOfEmployees: '250',
});

describe('what a run hands to the next one', () => {
  test('of a contact of the seed, after its fill and after each sync that follows, is at most 4 KB', (t) => {
    const largest = { 'one edit': 0, 'an edit on either side': 0 };
    for (const person of usPeople().sort((a, b) => JSON.stringify(b).length - JSON.stringify(a).length).slice(0, 20)) {
      for (const edits of ['one edit', 'an edit on either side'] as const) {
        const { state, h, s, sync } = syncing(t, { email: person.email }, inSalesforce(person));
        sync('import');
        for (let n = 1; n < 25; n++) {
          h['jobtitle'] = `Title ${n}`;
          if (edits === 'an edit on either side') s['Phone'] = `555-01${n}`;
          sync('hubspot propertyChange');
          largest[edits] = Math.max(largest[edits], bytes(state));
        }
        assert.deepEqual([tell(state.decisions).length, Object.keys(state.base).length], [20, fields.length]);
      }
    }
    t.diagnostic(`at most, in bytes: ${JSON.stringify(largest)}`);
    for (const most of Object.values(largest)) assert.ok(most <= 4_096, `${most} bytes`);
  });

  test('of a contact whose texts all have 32 KB is at most 12 KB, even where each of the last 20 decisions overwrote all of them', (t) => {
    const long = (n: number, side: string, name: string): string => `${n} ${side} ${name} `.padEnd(32 * 1024, 'a long text, ä and 字 ');
    const { state, h, s, sync } = syncing(t, { email: 'ada@gmail.example' }, { Email: 'ada@gmail.example' });
    let most = 0;
    for (let n = 0; n < 25; n++) {
      for (const name of texts) h[name] = long(n, 'hubspot', name);
      for (const { hubspot, salesforce } of fields) if (texts.includes(hubspot)) s[salesforce] = long(n, 'salesforce', hubspot);
      sync('hubspot propertyChange');
      most = Math.max(most, bytes(state));
    }
    const told = tell(state.decisions);
    t.diagnostic(`at most ${most} bytes; ${told.length} decisions over ${texts.length} texts each`);
    assert.ok(most <= 12 * 1024, `${most} bytes`);
    assert.deepEqual(told.map((one) => one.fields.length), Array.from({ length: 20 }, () => texts.length));
    assert.ok(told.every((one) => one.fields.every(({ lost }) => lost?.text?.endsWith('…'))));
    assert.ok(Object.values(state.base).every((key) => key === null || key.length <= 71), 'long values stand in the base as hashes');
  });

  test('of a contact with one text of 32 KB that is edited is at most 12 KB, with 200 characters of each value and a mark', (t) => {
    const { state, h, sync } = syncing(t, { email: 'ada@gmail.example' }, { Email: 'ada@gmail.example' });
    for (const name of texts) h[name] = 'a long text '.repeat(2_700);
    for (let n = 0; n < 25; n++) {
      h['jobtitle'] = `${n} `.padEnd(32 * 1024, 'a long title ');
      sync('hubspot propertyChange');
    }
    t.diagnostic(`${bytes(state)} bytes`);
    assert.ok(bytes(state) <= 12 * 1024);
    const values = tell(state.decisions).map((one) => one.fields[0]?.lost?.text ?? '');
    assert.deepEqual(values.map((text) => [text.length, text.at(-1)]), Array.from({ length: 20 }, () => [201, '…']));
  });

  test('is nothing but its times of a contact that nobody has asked about', () => {
    const now = '2026-01-05T10:00:00.000Z';
    assert.deepEqual(carry(newContact(now)), { since: now, origin: { kind: 'sync', at: now } });
    assert.deepEqual(takeUp({}, now), newContact(now));
  });

  test('becomes the same state again', (t) => {
    const { state, h, sync } = syncing(t, { email: 'ada@gmail.example', jobtitle: 'Countess' }, { Email: 'ada@gmail.example', Phone: '555-1', City: 'London' });
    sync('import');
    h['jobtitle'] = '';
    sync('hubspot propertyChange');
    state.inbox.sync = { trigger: 'resync', count: 3, held: true };
    // As a page of an older version handed it over, or anybody at all.
    Object.assign(state.base, { unmapped: '1', 'two words': '2', oddly: '3', later: null });
    Object.assign(state.baseFields, { 'two words': 'Lead.Two__c', oddly: 'nonsense', company: 'Contact.Account.Name', later: 'never.Title', gone: 'Lead.Gone__c' });
    assert.deepEqual(next(state), state);
    assert.deepEqual(next(next(state)), state);
    const carried = carry(state);
    assert.equal(carried.agreed?.Contact?.['company Account.Name'], state.base['company']);
    assert.deepEqual([carried.base, carried.baseFields], [{ unmapped: '1', 'two words': '2', oddly: '3', later: null }, { 'two words': 'Lead.Two__c', oddly: 'nonsense', later: 'never.Title', gone: 'Lead.Gone__c' }]);
    assert.deepEqual(carried.inbox, { sync: state.inbox.sync });
  });
});

describe('what a run of an older version handed over', () => {
  test('is read as it was meant, and carried on so that nothing of it is lost', async (t) => {
    const carried = (await readHistories()).flatMap(({ name, events }) => {
      const { input } = z.looseObject({ input: z.looseObject({ payloads: z.array(z.looseObject({ data: z.string() })) }).optional() }).parse(events[0]?.['workflowExecutionStartedEventAttributes']);
      const given = JSON.parse(Buffer.from(input?.payloads[0]?.data ?? '', 'base64').toString('utf8')) as { carried?: Carried };
      return name.startsWith('contactSync') && given.carried !== undefined ? [{ name, older: given.carried }] : [];
    });
    t.diagnostic(`${carried.length} recorded states`);
    assert.ok(carried.some(({ older }) => (older.history ?? []).length > 3) && carried.some(({ older }) => older.forgotten != null));
    for (const { name, older } of carried) {
      const state = takeUp(older, '2026-01-06T10:00:00.000Z');
      const { history, inbox, ...same } = older;
      assert.deepEqual({ ...state, ...same, inbox: { ...state.inbox, ...inbox } }, state, name);
      assert.deepEqual(tell(state.decisions), history, name);
      assert.deepEqual(next(state), state, name);
      t.diagnostic(`${name}: ${JSON.stringify(older).length} characters become ${JSON.stringify(carry(state)).length}`);
    }
  });

  test('and goes on beside what a run of this version had kept before it', () => {
    const decision = (at: string): m.PastDecision => ({ at, trigger: 'resync', summary: 'Nothing differs.', fields: [] });
    const [earlier, later] = [decision('2026-01-05T10:00:00.000Z'), decision('2026-01-05T11:00:00.000Z')];
    const between: Carried = { agreed: { Lead: { 'jobtitle Title': 'Countess', 'phone Phone': '1' } }, base: { jobtitle: 'Baroness' }, baseFields: { jobtitle: 'Lead.Rank__c' }, history: [later], decisions: keep([earlier]) };
    const { base, baseFields, decisions } = takeUp(between, '2026-01-06T10:00:00.000Z');
    assert.deepEqual([base, baseFields], [{ jobtitle: 'Baroness', phone: '1' }, { jobtitle: 'Lead.Rank__c', phone: 'Lead.Phone' }]);
    assert.deepEqual(tell(decisions), [later, earlier]);
  });
});
