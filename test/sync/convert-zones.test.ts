import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

test('R11 the process may stand in UTC-11 or UTC+14: the same result', () => {
  const script = `
    import { readField } from '${new URL('../../sync/convert.ts', import.meta.url).href}';
    const context = { owners: { toSalesforce: {}, toHubSpot: {} }, timeZone: 'America/Phoenix' };
    const kinds = [{ kind: 'date' }, { kind: 'day', instant: 'salesforce' }, { kind: 'day', instant: 'hubspot' }, { kind: 'datetime' }];
    const values = ['2026-01-01', '1767225600000', '2026-03-29T01:30:00.000+0000', '2025-12-31T23:59:59Z'];
    const out = kinds.flatMap((conversion) => values.flatMap((h) => values.map((s) =>
      readField({ hubspot: 'p', salesforce: 'F', rule: 'two-way', treatment: 'ordinary', direction: 'both', required: false, conversion }, h, s, context))));
    console.log(JSON.stringify(out), new Date(0).getTimezoneOffset());`;
  const run = (TZ: string) => execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: { ...process.env, TZ }, encoding: 'utf8' }).trim().split(/ (?=-?\d+$)/);
  const [west, east] = [run('Pacific/Pago_Pago'), run('Pacific/Kiritimati')];
  assert.notEqual(west[1], east[1], 'the zones of the two processes differ');
  assert.equal(west[0], east[0]);
  assert.match(west[0] ?? '', /2025-12-31/);
});
