import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planChaos } from '../../bench/chaos/plan.ts';
import { tokenLifeMs } from '../../bench/chaos/plan-mayhem.ts';
import { faultRule } from '../../sandbox/common/faults.ts';

const options = { seed: 7, minutes: 3 };

describe('the plan of chaos', () => {
  test('is the same for the same seed, and another for another', () => {
    assert.deepEqual(planChaos(options), planChaos(options));
    for (const part of ['deeds', 'cast', 'mayhem'] as const) assert.notDeepEqual(planChaos(options)[part], planChaos({ ...options, seed: 8 })[part]);
  });

  test('has some hundred contacts and a few hundred deeds in three minutes, every role, both imports, and every kill', () => {
    const { people, deeds, cast, imports, mayhem } = planChaos(options);
    assert.ok(people.length > 150 && deeds.length > 300, `${people.length} people, ${deeds.length} deeds`);
    assert.deepEqual([...new Set(cast.map(({ role }) => role))].sort(), ['deleted in HubSpot', 'deleted in Salesforce', 'imported', 'merged in HubSpot', 'merged in Salesforce', 'new in HubSpot', 'new in Salesforce', 'restored in HubSpot', 'restored in Salesforce']);
    assert.deepEqual(imports.map(({ batch }) => batch), [0, 1]);
    assert.deepEqual([...new Set(mayhem.flatMap((one) => (one.kind === 'kill' ? [one.what === 'both' ? 'Temporal' : one.what] : [])))].sort(), ['Temporal', 'worker']);
  });

  test('has a worker outlive its tokens', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const kills = planChaos({ seed, minutes: 3 }).mayhem.flatMap((one) => (one.kind === 'kill' ? [one] : []));
      assert.ok(kills.filter(({ at }) => at < tokenLifeMs).every(({ what }) => what === 'Temporal'));
      assert.ok(kills.some(({ what }) => what === 'worker'));
    }
  });

  test('breaks in every way that is known, over some seeds, with rules that the sandboxes take', () => {
    const faults = [1, 2, 3, 4, 5].flatMap((seed) => planChaos({ seed, minutes: 3 }).mayhem).flatMap((one) => (one.kind === 'faults' ? one.faults : []));
    for (const { rule } of faults) faultRule.parse(rule);
    assert.deepEqual([...new Set(faults.map(({ name }) => name))].sort(),
      ['403 for too many at once', '429', '500', '502', '503', '504', 'UNABLE_TO_LOCK_ROW', 'cut in mid-body', 'reset', 'slow', 'timeout', 'truncated JSON']);
  });

  test('plays each role in its order, and once all is over nothing is planned any more', () => {
    for (const seed of [1, 2, 3]) {
      const { cast, mayhem, length } = planChaos({ seed, minutes: 0.5 });
      for (const { first, fate, later, last } of cast) {
        const times = [first.at, fate, ...(later === null ? [] : [later]), last.at];
        assert.deepEqual(times, [...times].sort((a, b) => a - b));
        assert.ok(last.at <= length);
      }
      for (const one of mayhem) assert.ok(one.at + (one.kind === 'faults' ? one.forMs : 0) <= length);
      // Windows of one CRM follow one another: their faults are taken away together.
      for (const crm of ['hubspot', 'salesforce']) {
        const windows = mayhem.flatMap((one) => (one.kind === 'faults' && one.crm === crm ? [one] : []));
        windows.slice(1).forEach(({ at }, i) => assert.ok(at > (windows[i]?.at ?? 0) + (windows[i]?.forMs ?? 0)));
      }
    }
  });
});
