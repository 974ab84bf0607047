import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SimulatedConnection } from '../../bench/simulate/connection.ts';
import { SimulatedCrm, type Answer } from '../../bench/simulate/crm.ts';
import { packedPerContact, simulateFill } from '../../bench/simulate/fill.ts';
import { causes } from '../../bench/simulate/held-back.ts';
import { simulated, type SimulateOptions } from '../../bench/simulate/simulate.ts';
import { VirtualClock } from '../../bench/simulate/virtual-clock.ts';
import { SimulatedWorker } from '../../bench/simulate/worker.ts';
import { wait } from '../../activities/crm/clock.ts';
import { MARKS } from '../../sync/allocation.ts';
import { backlogIsFull, pagesInFlight } from '../../workflows/job/job.ts';

const usual: SimulateOptions = {
  contacts: 20_000, workers: 1, workflowsPerSecond: 27, startMs: 25, hubspotPer10Seconds: 190, hubspotPerDay: 625_000, salesforcePerDay: 100_000, hubspotMs: 300, salesforceMs: 500,
};
/** Where nothing but HubSpot's 10 s holds it back. */
const fast: SimulateOptions = { ...usual, workflowsPerSecond: 10_000, startMs: 0.1, hubspotMs: 40, salesforceMs: 40 };
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** What the pages that have begun may call beyond a mark, and the list. */
const underWay = pagesInFlight * 2 + 2;

/** The most of these instants that lie in any window of so many ms. */
function mostIn(instants: readonly number[], ms: number): number {
  let [most, first] = [0, 0];
  for (const [at, instant] of instants.entries()) {
    while ((instants[first] ?? Infinity) <= instant - ms) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

class Noting extends SimulatedCrm {
  readonly instants: number[] = [];
  override answer(): Answer {
    this.instants.push(this.clock.now());
    return super.answer();
  }
}

/** A fill with every call's instant. */
async function noted(options: SimulateOptions) {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));
  const crms = {
    hubspot: new Noting('hubspot', { perTenSeconds: options.hubspotPer10Seconds, perDay: options.hubspotPerDay, day: 'since midnight' }, clock),
    salesforce: new Noting('salesforce', { perTenSeconds: null, perDay: options.salesforcePerDay, day: 'rolling' }, clock),
  };
  const connection = new SimulatedConnection({ salesforce: options.salesforceAllocation ?? null }, clock);
  const surroundings = { clock, connection, crms, latencyMs: { hubspot: options.hubspotMs, salesforce: options.salesforceMs } };
  const workers = Array.from({ length: options.workers }, () => new SimulatedWorker(surroundings));
  return { ...await clock.run(simulateFill(options, workers, surroundings)), crms };
}

describe('virtual time', () => {
  test('goes from wake to wake, in their order, and past what was cancelled', async () => {
    const clock = new VirtualClock(1_000);
    const woken: [string, number][] = [];
    const note = (name: string) => () => { woken.push([name, clock.now()]); };
    clock.after(3 * dayMs, note('last'));
    clock.after(500, note('first'));
    clock.after(700, note('never'))();
    await clock.run(wait(3 * dayMs, clock));
    assert.deepEqual(woken, [['first', 1_500], ['last', 1_000 + 3 * dayMs]]);
  });

  test('does not hang where nothing can come, and passes a failure on', async () => {
    await assert.rejects(new VirtualClock(0).run(new Promise(() => undefined)), /waits for nothing/);
    await assert.rejects(new VirtualClock(0).run(Promise.reject(new Error('no'))), /^Error: no$/);
  });
});

describe('a simulated fill', () => {
  test('of one page takes what one reckons by hand', async () => {
    const { dataMs, workflowsMs, sent, heldBack, pages } = await simulated({ ...usual, contacts: 100, workflowsPerSecond: 20 });
    // The list 500; rows and records 2 x 500, read 300, created 300, claimed 500, updated 300.
    assert.equal(dataMs, 2_900);
    assert.equal(workflowsMs, 2_900 + 5_000);
    assert.deepEqual([sent, pages], [{ hubspot: 3, salesforce: 4 }, 1]);
    assert.ok(Math.abs(heldBack.calls - 2_400 / pagesInFlight) < 1e-6, 'one lane of six has something to do');
  });

  test('of full pages makes 12 HubSpot calls a page, and of Salesforce 3, or 2 where a job lists', async () => {
    assert.deepEqual((await simulated({ ...usual, contacts: 2_000 })).sent, { hubspot: 60, salesforce: 1 + 5 * 3 });
    assert.deepEqual((await simulated({ ...usual, contacts: 20_000 })).sent, { hubspot: 600, salesforce: 3 + 5 + 50 * 2 + 1 });
  });

  test('loses no call and no moment: what was sent was counted, and what held it back adds up to how long it took', async () => {
    for (const options of [usual, fast, { ...fast, workers: 3 }, { ...usual, salesforceAllocation: 100 }]) {
      const { sent, crms, heldBack, dataMs, workflowsMs } = await simulated(options);
      for (const crm of ['hubspot', 'salesforce'] as const) assert.equal(sent[crm], crms[crm].answered + crms[crm].refused);
      const sum = causes.reduce((ms, cause) => ms + heldBack[cause], 0);
      assert.ok(Math.abs(sum - dataMs) < 1, `${sum} and ${dataMs}`);
      assert.ok(workflowsMs >= dataMs && causes.every((cause) => heldBack[cause] > -1e-6), JSON.stringify(heldBack));
    }
  });

  test("never exceeds HubSpot's 10 s, and fills the pages' part of it, 85 %, where nothing else holds it back", async () => {
    const { crms, heldBack, dataMs } = await noted({ ...fast, contacts: 40_000 });
    const most = mostIn(crms.hubspot.instants, 10_000);
    assert.ok(most <= 161 && most > 154, String(most));
    assert.equal(crms.hubspot.refused, 0);
    assert.ok(heldBack.hubspotWindow > dataMs / 2);
  });

  test("stops at three quarters of Salesforce's allocation in any 24 h, and goes on as calls leave it", async () => {
    const salesforceAllocation = 100;
    const { crms, heldBack, dataMs } = await noted({ ...usual, salesforceAllocation });
    const most = mostIn(crms.salesforce.instants, dayMs);
    const mark = salesforceAllocation * MARKS.backfill;
    assert.ok(most >= mark && most <= mark + underWay, String(most));
    assert.ok(dataMs > dayMs && dataMs < dayMs + hourMs, `109 calls of 75 a day: ${dataMs / hourMs} h`);
    assert.ok(heldBack.salesforceDay > dayMs * 0.9);
  });

  test('goes on in every lane, however many workers were refused at once', async () => {
    const { dataMs, pages } = await simulated({ ...usual, contacts: 100_000, workers: 8, salesforceAllocation: 500 });
    assert.deepEqual([pages, Math.floor(dataMs / dayMs)], [250, 1]);
  });

  test("stops at three quarters of half of HubSpot's day, which is the allocation where no setting says otherwise", async () => {
    const { crms, heldBack, dataMs } = await noted({ ...usual, hubspotPerDay: 1_200 });
    const most = mostIn(crms.hubspot.instants, dayMs);
    assert.ok(most >= 450 && most <= 450 + pagesInFlight * 12, String(most));
    assert.ok(heldBack.hubspotDay > dayMs * 0.9 && dataMs > dayMs);
  });

  test('has the data wait for the workflows, which never fall further behind than the job lets them', async () => {
    const perSecond = 5;
    const { dataMs, workflowsMs, heldBack } = await simulated({ ...usual, contacts: 40_000, workflowsPerSecond: perSecond });
    const page = { packed: ' '.repeat(packedPerContact * 400), only: null };
    let behind = 0;
    while (!backlogIsFull({ backlog: Array.from({ length: behind }, () => page) })) behind += 1;
    const mostPages = behind + pagesInFlight;
    assert.ok(workflowsMs - dataMs <= (mostPages * 400 * 1_000) / perSecond);
    assert.ok(heldBack.workflows > dataMs * 0.8);
    assert.ok(workflowsMs >= (40_000 * 1_000) / perSecond);
  });

  test('goes faster with more workers, until Temporal takes starts no faster from six at once', async () => {
    const hours = async (workers: number) => (await simulated({ ...usual, contacts: 40_000, workflowsPerSecond: 20, workers })).workflowsMs;
    const [one, two] = [await hours(1), await hours(2)];
    assert.ok(Math.abs(one / two - 2) < 0.05, `${one / two}`);
    const { workflowsMs } = await simulated({ ...fast, contacts: 40_000, startMs: 600 });
    assert.ok(workflowsMs >= 40_000 * 100 && workflowsMs < 40_000 * 100 + 15_000, '10 starts a second, once the data has gone ahead');
  });
});
