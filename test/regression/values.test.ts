import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import * as m from '../../workflows/messages.ts';
import { testSluice } from '../support/sluice.ts';
import { suiteEnd } from './suite.ts';
import type { ZoneWorker } from './zone-worker.ts';

const sluice = await testSluice();

describe('days, whatever the zone', { concurrency: false }, () => {
  let s: Awaited<ReturnType<typeof sluice.open>>;
  const end = suiteEnd();
  before(async () => {
    s = await sluice.open(end, 'values');
    await s.salesforce.control('POST', 'fields', { object: 'Lead', add: [{ name: 'Signed__c', type: 'date' }] });
    for (const name of ['signed_on', 'demo_on']) await s.hubspot.api('POST', '/crm/v3/properties/contacts', { name, label: name, type: 'date', fieldType: 'date', groupName: 'contactinformation' });
    const { mappings } = await s.main.query(m.settings);
    // A day on both sides, a day that is an instant in Salesforce, and one that is an instant in HubSpot.
    const days = [['signed_on', 'Signed__c'], ['demo_on', 'Last_Demo__c'], ['closedate', 'Contract_Ends__c']] as const;
    await s.main.executeUpdate(m.changeSettings, { args: [{ timeZone: 'America/Phoenix', mappings: [...mappings, ...days.map(([hubspot, lead]) => ({ hubspot, lead, rule: 'two-way' as const }))] }] });
    await s.restartWorker(); // it remembers what fields there are
  });

  const inSalesforce = async (record: string) => {
    const { Signed__c, Last_Demo__c, Contract_Ends__c } = await s.salesforce.get('Lead', record);
    return { Signed__c, Last_Demo__c, Contract_Ends__c };
  };
  const inHubSpot = async (id: string) => {
    const { signed_on, demo_on, closedate } = await s.hubspot.get(id);
    return { signed_on, demo_on, closedate };
  };
  /** What becomes of days from HubSpot in Salesforce, and of others back in HubSpot. */
  async function thereAndBack(name: string): Promise<{ there: object; back: object; writes: number }> {
    // Picked at 16:00, and the instant at 18:00, in Arizona: 1:00 of the next day in UTC.
    const id = await s.hubspot.create({ email: `${name}@gmail.example`, lastname: name, signed_on: '2026-01-15', demo_on: '2026-01-15', closedate: '2026-01-16T01:00:00Z' });
    const { salesforce, reason } = await s.sync(id);
    const record = salesforce?.id ?? assert.fail(reason);
    const there = await inSalesforce(record);
    await s.salesforce.control('POST', 'edit', { id: record, fields: { Signed__c: '2026-12-31', Last_Demo__c: '2027-01-01T01:00:00Z', Contract_Ends__c: '2026-12-31' } });
    await s.sync(id);
    const back = await inHubSpot(id);
    await s.writes();
    await s.sync(id);
    const { hubspot, salesforce: again } = await s.writes();
    return { there, back, writes: hubspot + again };
  }
  const kept = {
    there: { Signed__c: '2026-01-15', Last_Demo__c: '2026-01-15T07:00:00.000+0000', Contract_Ends__c: '2026-01-15' },
    back: { signed_on: '2026-12-31', demo_on: '2026-12-31', closedate: '2026-12-31T07:00:00Z' }, writes: 0,
  };

  test('R10 a date picked at 16:00 in Arizona is the next day in UTC, dates are forced through midnight: the day stays the day', async () => {
    assert.deepEqual(await thereAndBack('arizona'), kept);
  });

  test('R11 Salesforce dates shift a day through local time: the same result with the process in UTC-11 and in UTC+14', async (t) => {
    await s.stopWorker();
    for (const [TZ, offset] of [['Pacific/Pago_Pago', '660'], ['Pacific/Kiritimati', '-840']] as const) {
      const settings: ZoneWorker = { address: sluice.temporal.address, connection: s.connection, hubspotUrl: s.hubspot.url, salesforceUrl: s.salesforce.url };
      const child = spawn(process.execPath, [join(import.meta.dirname, 'zone-worker.ts'), JSON.stringify(settings)], { env: { ...process.env, TZ }, stdio: ['ignore', 'pipe', 'inherit'] });
      const exit = once(child, 'exit');
      t.after(() => child.kill('SIGKILL'));
      const [said] = await once(child.stdout, 'data') as [Buffer];
      assert.equal(said.toString().trim(), offset, 'the process stands in that zone');
      assert.deepEqual(await thereAndBack(`worker-in-${offset}`), kept, TZ);
      child.kill('SIGTERM');
      await exit;
    }
  });
});
