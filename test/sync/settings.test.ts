import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DEFAULT_MAPPINGS } from '../../sync/mapping.ts';
import { allocationsOf, newSettings, settingsChange, withChange } from '../../sync/settings.ts';

const title = { hubspot: 'jobtitle', lead: 'Title', rule: 'two-way' };
const feeds = { changeDataCapture: false, joinersSeconds: 5, hubspotPollSeconds: 1, salesforcePollSeconds: 86_400, salesforcePollAloneSeconds: 10, reconcileHours: 0.01 };

describe('a change of the settings', () => {
  const accepted: [string, object][] = [
    ['may name nothing', {}],
    ['may say as what contacts are created', { createAs: 'Lead' }], ['may say as what contacts are created', { createAs: 'Contact' }], ['may forbid to create any', { createAs: 'never' }],
    ['may map fields under each of the four rules', { mappings: [title, { ...title, rule: 'salesforce-unless-blank' }, { ...title, rule: 'always-salesforce' }, { ...title, rule: 'none' }] }],
    ['may map a field on either object, of a parent too', { mappings: [{ hubspot: 'company', contact: 'Account.Name', rule: 'none' }] }],
    ['may map names with digits and underscores', { mappings: [{ hubspot: 'hs_2fa', lead: 'X2__c', contact: 'X2__c', rule: 'none' }] }],
    ['may map names of 100 characters', { mappings: [{ ...title, lead: `L${'x'.repeat(99)}` }] }],
    ['may map 500 properties', { mappings: Array.from({ length: 500 }, () => title) }],
    ['may name an IANA time zone', { timeZone: 'Europe/Copenhagen' }],
    ['may do without a settle window', { settleWindowMs: 0 }], ['may set the settle window to a minute', { settleWindowMs: 60_000 }],
    ['may do without looks at non-members', { looksAfterSeconds: [] }], ['may set up to ten looks within an hour', { looksAfterSeconds: [0, 0.5, 1, 2, 3, 4, 5, 6, 7, 3600] }],
    ['may create in HubSpot never', { createInHubSpot: 'never' }], ['may create in HubSpot for new records', { createInHubSpot: 'on-create' }], ['may create in HubSpot for updated records too', { createInHubSpot: 'on-create-or-update' }],
    ['may look for the account of an email\'s domain', { contactForAccountDomain: true }],
    ['may name what follows a delete on both sides', { deletes: { inHubSpot: 'delete', inSalesforce: 'do-nothing', graceHours: 0 } }],
    ['may name what follows a delete on one side alone', { deletes: { inSalesforce: 'delete' } }], ['may wait 30 days before a delete', { deletes: { graceHours: 720 } }], ['may leave HubSpot\'s deletes alone', { deletes: { inHubSpot: 'do-nothing' } }],
    ['may name all feeds', { feeds }], ['may name one feed', { feeds: { reconcileHours: 24 } }],
    ['may leave an allocation to the account\'s own limit', { allocation: { salesforce: null, hubspotPerDay: null, hubspotPer10Seconds: null } }],
    ['may set an allocation of any size', { allocation: { salesforce: 1, hubspotPerDay: 100_000_000 } }],
    ['may count Salesforce\'s calls in 10 s', { allocationWindow: 10 }], ['may count Salesforce\'s calls in a day', { allocationWindow: 86_400 }],
  ];
  for (const [name, change] of accepted) test(`${name}: ${JSON.stringify(change).slice(0, 60)}`, () => assert.deepEqual(settingsChange().parse(change), change));

  const refused: [string, object, (string | number)[]?][] = [
    ['what no setting is called', { creatAs: 'Lead' }, []], ['another record than Lead or Contact', { createAs: 'Account' }],
    ['no mappings at all', { mappings: [] }], ['more than 500 mappings', { mappings: Array.from({ length: 501 }, () => title) }],
    ['a mapping without a property', { mappings: [{ lead: 'Title', rule: 'two-way' }] }, ['mappings', 0, 'hubspot']], ['a mapping with more than its parts', { mappings: [{ ...title, account: 'Name' }] }, ['mappings', 0]],
    ['a rule that is none of the four', { mappings: [{ ...title, rule: 'newest' }] }, ['mappings', 0, 'rule']],
    ...['', '1st', '_x', 'a b', 'a-b', 'Name;', 'Title FROM Lead', `L${'x'.repeat(100)}`].map((name): [string, object, (string | number)[]] => [`"${name.slice(0, 20)}" as a name`, { mappings: [{ ...title, lead: name }] }, ['mappings', 0, 'lead']]),
    ['such a name on Contact', { mappings: [{ ...title, contact: '?' }] }, ['mappings', 0, 'contact']], ['such a name in HubSpot', { mappings: [{ ...title, hubspot: '?' }] }, ['mappings', 0, 'hubspot']],
    ['a time zone that is none', { timeZone: 'Mars/Olympus' }],
    ['a negative settle window', { settleWindowMs: -1 }], ['a settle window over a minute', { settleWindowMs: 60_001 }], ['half a millisecond', { settleWindowMs: 0.5 }],
    ['looks into the past', { looksAfterSeconds: [-1] }, ['looksAfterSeconds', 0]], ['looks after more than an hour', { looksAfterSeconds: [3601] }, ['looksAfterSeconds', 0]], ['more than ten looks', { looksAfterSeconds: Array.from({ length: 11 }, () => 1) }],
    ['another way to create in HubSpot', { createInHubSpot: 'always' }], ['perhaps', { contactForAccountDomain: 'yes' }],
    ['another answer to a delete in HubSpot', { deletes: { inHubSpot: 'archive' } }, ['deletes', 'inHubSpot']], ['another answer to a delete in Salesforce', { deletes: { inSalesforce: 'archive' } }, ['deletes', 'inSalesforce']],
    ['negative grace', { deletes: { graceHours: -1 } }, ['deletes', 'graceHours']], ['more grace than 30 days', { deletes: { graceHours: 721 } }, ['deletes', 'graceHours']], ['another part of deletes', { deletes: { onBoth: 'delete' } }, ['deletes']],
    ...['joinersSeconds', 'hubspotPollSeconds', 'salesforcePollSeconds', 'salesforcePollAloneSeconds'].flatMap((part) => [0.9, 86_401].map((value): [string, object, string[]] => [`${value} as ${part}`, { feeds: { [part]: value } }, ['feeds', part]])),
    ['reconciling without a pause', { feeds: { reconcileHours: 0 } }, ['feeds', 'reconcileHours']], ['reconciling less than daily', { feeds: { reconcileHours: 25 } }, ['feeds', 'reconcileHours']],
    ['change data capture at times', { feeds: { changeDataCapture: 'at times' } }, ['feeds', 'changeDataCapture']], ['another feed', { feeds: { carrierPigeons: true } }, ['feeds']],
    ...['salesforce', 'hubspotPerDay', 'hubspotPer10Seconds'].flatMap((part) => [0, 1.5, 100_000_001].map((value): [string, object, string[]] => [`${value} calls of ${part}`, { allocation: { [part]: value } }, ['allocation', part]])),
    ['another allocation', { allocation: { hubspot: 1 } }, ['allocation']],
    ['a window shorter than 10 s', { allocationWindow: 9 }], ['a window over a day', { allocationWindow: 86_401 }], ['a window with a fraction', { allocationWindow: 10.5 }],
  ];
  for (const [name, change, path = Object.keys(change)] of refused) {
    test(`is refused with ${name}, and says where`, () => assert.deepEqual(settingsChange().safeParse(change).error?.issues.map((issue) => issue.path), [path]));
  }

  test('that is refused for a name or a time zone says what was expected', () => {
    const fault = (change: object) => settingsChange().safeParse(change).error?.issues[0]?.message;
    assert.equal(fault({ mappings: [{ ...title, lead: '?' }] }), 'expected a property or field name');
    assert.equal(fault({ timeZone: 'Mars/Olympus' }), 'expected an IANA time zone such as "Europe/Copenhagen"');
  });
});

describe('the settings of a new connection', () => {
  const fresh = newSettings('acme');

  test('are those of the specification', () => {
    assert.deepEqual(fresh, {
      connection: 'acme', version: 1, ready: false, problems: ['The accounts have not been checked yet.'], warnings: [], accounts: null, checkedAt: null, paused: false,
      segment: null, createAs: 'Lead', mappings: DEFAULT_MAPPINGS, timeZone: 'UTC', settleWindowMs: 5_000, looksAfterSeconds: [5, 15, 30, 60],
      createInHubSpot: 'never', contactForAccountDomain: false, deletes: { inHubSpot: 'do-nothing', inSalesforce: 'do-nothing', graceHours: 24 },
      feeds: { changeDataCapture: true, joinersSeconds: 30, hubspotPollSeconds: 60, salesforcePollSeconds: 300, salesforcePollAloneSeconds: 60, reconcileHours: 24 },
      allocation: { salesforce: null, hubspotPerDay: null, hubspotPer10Seconds: null }, allocationWindow: 86_400,
      changes: [], rejected: [],
    });
  });

  test('can be asked for as a change', () => {
    const { createAs, mappings, timeZone, settleWindowMs, looksAfterSeconds, createInHubSpot, contactForAccountDomain, deletes, feeds, allocation, allocationWindow } = fresh;
    const change = { createAs, mappings, timeZone, settleWindowMs, looksAfterSeconds, createInHubSpot, contactForAccountDomain, deletes, feeds, allocation, allocationWindow };
    assert.deepEqual(settingsChange().parse(change), change);
  });

  test('share no list of mappings with another connection', () => {
    assert.notEqual(newSettings('acme').mappings, newSettings('other').mappings);
  });

  test('count Salesforce\'s calls in the window that is set, and HubSpot\'s in a day', () => {
    const changed = withChange(fresh, { allocation: { salesforce: 1_000, hubspotPerDay: 2_000 }, allocationWindow: 60 });
    assert.deepEqual(allocationsOf(changed), { hubspot: { calls: 2_000, windowMs: 86_400_000 }, salesforce: { calls: 1_000, windowMs: 60_000 } });
    assert.deepEqual(allocationsOf(fresh), { hubspot: { calls: null, windowMs: 86_400_000 }, salesforce: { calls: null, windowMs: 86_400_000 } });
  });

  test('keep what a change does not name, also within deletes, feeds and allocation', () => {
    assert.deepEqual(withChange(fresh, { createAs: 'never', deletes: { graceHours: 1 }, feeds: { joinersSeconds: 5 }, allocation: { salesforce: 9 } }), {
      ...fresh, createAs: 'never', deletes: { ...fresh.deletes, graceHours: 1 }, feeds: { ...fresh.feeds, joinersSeconds: 5 }, allocation: { ...fresh.allocation, salesforce: 9 },
    });
    assert.deepEqual(withChange(fresh, {}), fresh);
  });

  test('take what a change leaves undefined for not named', () => {
    const nothing = { timeZone: undefined, deletes: { graceHours: undefined }, feeds: { reconcileHours: undefined }, allocation: undefined };
    assert.deepEqual(withChange(fresh, nothing), fresh);
  });

  test('give up a limit that is set to null', () => {
    assert.equal(withChange(withChange(fresh, { allocation: { salesforce: 9 } }), { allocation: { salesforce: null } }).allocation.salesforce, null);
  });
});
