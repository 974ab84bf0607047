import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Criterion } from '../../../activities/hubspot/segmentCriteria.ts';
import { createLooks, type Looks } from '../../../activities/looks/index.ts';
import type { Salesforce } from '../../../activities/salesforce/index.ts';
import { until } from '../../support/until.ts';
import { openPortal, type Portal } from './sandbox.ts';

let portal: Portal;
let looks: Looks;
before(async () => {
  portal = await openPortal({ rateLimit: false });
  looks = createLooks({ hubspot: portal.hubspot, salesforce: {} as Salesforce });
  for (const [n, properties] of [
    { email: 'a@one.example', city: 'Aarhus', annualrevenue: '10', closedate: '2025-01-31T23:30:00Z', hs_lead_status: 'NEW' },
    { email: 'b@one.example', city: 'New Aarhus', annualrevenue: '20', closedate: '2025-02-01T00:00:00Z', hs_lead_status: 'OPEN' },
    { email: 'c@two.example', city: 'aarhus', annualrevenue: '30.5', closedate: '2025-02-02T12:00:00Z', hs_language: 'de' },
  ].entries()) await portal.control('create', { properties: { ...properties, lastname: `Person ${n}` } });
});
after(() => portal.close());

/** Of the three people above, who meets it; the seed's people have none of these properties. */
const cases: [criterion: Criterion, members: number][] = [
  [{ property: 'city', operator: 'IS_EQUAL_TO', values: ['Aarhus'] }, 2],
  [{ property: 'annualrevenue', operator: 'IS_EQUAL_TO', values: ['20'] }, 1],
  [{ property: 'annualrevenue', operator: 'IS_NOT_EQUAL_TO', values: ['20'] }, 2],
  [{ property: 'annualrevenue', operator: 'IS_GREATER_THAN', values: ['20'] }, 1],
  [{ property: 'annualrevenue', operator: 'IS_GREATER_THAN_OR_EQUAL_TO', values: ['20'] }, 2],
  [{ property: 'annualrevenue', operator: 'IS_LESS_THAN', values: ['20'] }, 1],
  [{ property: 'annualrevenue', operator: 'IS_LESS_THAN_OR_EQUAL_TO', values: ['20'] }, 2],
  [{ property: 'annualrevenue', operator: 'IS_BETWEEN', values: ['15', '31'] }, 2],
  [{ property: 'annualrevenue', operator: 'IS_KNOWN', values: [] }, 3],
  [{ property: 'closedate', operator: 'IS_EQUAL_TO', values: ['2025-01-31'] }, 1],
  [{ property: 'closedate', operator: 'IS_BEFORE', values: ['2025-02-01'] }, 1],
  [{ property: 'closedate', operator: 'IS_AFTER', values: ['2025-01-31'] }, 2],
  [{ property: 'closedate', operator: 'IS_AFTER', values: ['2025-02-01'] }, 1],
  [{ property: 'closedate', operator: 'IS_BETWEEN', values: ['2025-01-31', '2025-02-01'] }, 2],
  [{ property: 'hs_lead_status', operator: 'IS_ANY_OF', values: ['NEW', 'OPEN'] }, 2],
  [{ property: 'hs_language', operator: 'IS_ANY_OF', values: ['de'] }, 1],
  [{ property: 'hs_language', operator: 'IS_NONE_OF', values: ['en'] }, 1],
];

describe('criteria of a new segment', () => {
  test('come to the same people by the search that counts them and by the segment that HubSpot makes of them', async () => {
    for (const [n, [criterion, members]] of cases.entries()) {
      const what = JSON.stringify(criterion);
      const counted = await looks.countCriteria([[criterion]]);
      assert.ok('total' in counted && counted.exact, what);
      const made = await looks.createSegment(`Case ${n}`, [[criterion]]);
      assert.ok('id' in made, what);
      await until('it is evaluated', async () => (await portal.hubspot.segment(made.id, { lane: 'live' }))?.processingStatus === 'COMPLETE');
      assert.equal((await portal.hubspot.segment(made.id, { lane: 'live' }))?.size, counted.total, what);
      assert.equal(counted.total, members, what);
    }
  });

  test('of words of a text are counted, and said to be about right only', async () => {
    for (const [operator, value] of [['CONTAINS', 'arh'], ['STARTS_WITH', 'aar'], ['ENDS_WITH', 'hus'], ['DOES_NOT_CONTAIN', 'york']] as const) {
      const counted = await looks.countCriteria([[{ property: 'city', operator, values: [value] }]]);
      assert.ok('total' in counted && !counted.exact && counted.total > 0, operator);
    }
  });

  test('of one group must all hold, of several groups one', async () => {
    const [old, rich]: [Criterion, Criterion] = [{ property: 'closedate', operator: 'IS_BEFORE', values: ['2025-02-02'] }, { property: 'annualrevenue', operator: 'IS_GREATER_THAN', values: ['15'] }];
    const total = async (groups: Criterion[][]) => { const counted = await looks.countCriteria(groups); return 'total' in counted ? counted.total : counted.fault; };
    assert.equal(await total([[old, rich]]), 1);
    assert.equal(await total([[old], [rich]]), 3);
  });

  test('that are wrong are refused in one sentence that says where and what to do', async () => {
    const wrong: [Criterion, RegExp][] = [
      [{ property: 'city', operator: 'CONTAINS', values: [' '] }, /^Criterion 1 of group 1 \("City"\) has no value: enter one\.$/],
      [{ property: 'nothing', operator: 'IS_KNOWN', values: [] }, /HubSpot has no contact property "nothing": choose another\.$/],
      [{ property: 'annualrevenue', operator: 'CONTAINS', values: ['1'] }, /has an operator that its kind of property does not take/],
      [{ property: 'annualrevenue', operator: 'IS_EQUAL_TO', values: ['ten'] }, /needs a number/],
      [{ property: 'annualrevenue', operator: 'IS_BETWEEN', values: ['1'] }, /needs two values: enter both/],
      [{ property: 'closedate', operator: 'IS_AFTER', values: ['31.1.2025'] }, /needs a date such as 2025-01-31/],
      [{ property: 'hs_lead_status', operator: 'IS_ANY_OF', values: ['GONE'] }, /has a value that is none of its choices/],
      [{ property: 'hs_email_optout', operator: 'IS_EQUAL_TO', values: ['maybe'] }, /needs yes or no/],
    ];
    for (const [criterion, sentence] of wrong) {
      for (const answer of [await looks.countCriteria([[criterion]]), await looks.createSegment('Wrong', [[criterion]])]) assert.match('fault' in answer ? answer.fault : '', sentence);
    }
    assert.equal(await portal.hubspot.segmentByName('Wrong', { lane: 'live' }), null);
  });

  test('more than a search takes are not counted, and a name that is taken is refused', async () => {
    const criterion: Criterion = { property: 'city', operator: 'IS_KNOWN', values: [] };
    const counted = await looks.countCriteria(Array.from({ length: 6 }, () => [criterion]));
    assert.match('fault' in counted ? counted.fault : '', /more criteria than HubSpot can count before the segment exists: save it/);
    const taken = await looks.createSegment('Webmail prospects', [[criterion]]);
    assert.match('fault' in taken ? taken.fault : '', /^HubSpot has a segment named "Webmail prospects" already: choose another name\.$/);
  });
});

describe('who entered and who left as a segment took the place of another', () => {
  const made = async (name: string, values: string[]): Promise<string> => {
    const segment = await looks.createSegment(name, [[{ property: 'annualrevenue', operator: 'IS_BETWEEN', values }]]);
    assert.ok('id' in segment);
    await until('it is evaluated', async () => (await portal.hubspot.segment(segment.id, { lane: 'live' }))?.processingStatus === 'COMPLETE');
    return segment.id;
  };
  const told = async (before: string | null, after: string | null) => {
    const change = await looks.membershipChange(before, after);
    assert.ok('entered' in change);
    return { entered: [change.entered.count, change.entered.sample.map(({ email }) => email)], left: [change.left.count, change.left.sample.length] };
  };

  test('is told by the members of both, and of everybody where there was none', async () => {
    const [low, high] = [await made('Low', ['5', '25']), await made('High', ['15', '40'])];
    assert.deepEqual(await told(low, high), { entered: [1, ['c@two.example']], left: [1, 1] });
    const { total } = await portal.hubspot.countContacts({ properties: [], limit: 1 }, { lane: 'live' });
    assert.deepEqual(await told(null, high), { entered: [0, []], left: [total - 2, 10] });
    assert.deepEqual((await told(high, null)).left, [0, 0]);
    assert.equal((await told(high, null)).entered[0], total - 2);
  });
});
