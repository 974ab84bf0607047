import { wait } from '../../activities/crm/clock.ts';
import { CrmFailure } from '../../activities/crm/failure.ts';
import { verdictOf } from '../../activities/crm/verdict.ts';
import { startsInFlight } from '../../activities/page/handovers.ts';
import { pageSize } from '../../activities/page/list.ts';
import { setSize } from '../../activities/page/listed.ts';
import { looksAgainMs } from '../../sync/allocation.ts';
import { backlogIsFull, flowing, laneIsOpen, mayHandOver, newJob, pagesAhead, pagesInFlight, type Flow } from '../../workflows/job/job.ts';
import { Condition } from './condition.ts';
import { causes, HeldBack, type Cause } from './held-back.ts';
import { fillPage, TooOld, type Calling, type Page } from './page.ts';
import type { SimulatedWorker, Surroundings } from './worker.ts';

export interface FillToSimulate {
  contacts: number;
  /** First tasks of new workflows that one worker does in a second. */
  workflowsPerSecond: number;
  /** How long Temporal takes to start a workflow, in ms. */
  startMs: number;
}

/** When it ended, and what its lanes waited for; all in ms. */
export interface Simulated {
  dataMs: number;
  workflowsMs: number;
  /** Of `dataMs`, on an average of the lanes; together they are `dataMs`. */
  heldBack: Record<Cause, number>;
  pages: number;
  /** Pages that had to be read again. */
  repeats: number;
}

/** Above so many an import lists by a bulk query job (SLUICE_BULK_ABOVE). */
const byJobAbove = 10_000;
/** Rows of a query's answer. */
const queryRows = 2_000;
/** Characters of packed handovers, of people with some 20 mapped fields each; measured in test/bench/page-cost.test.ts. */
export const packedPerContact = 75;
/** An activity's way to a worker and back. */
const askingMs = 20;
/** Temporal's repeats of a page, as the job asks for them. */
const backoffMs = (attempt: number): number => Math.min(30_000, 1_000 * 2 ** (attempt - 1));

/**
 * An import and fill of Leads that only Salesforce has, by the job's own bounds: pages in lanes, which wait while the workflows fall too
 * far behind, and workflows behind the data. The two streams themselves are a workflow's code (`workflows/job/job.ts`), which runs in none
 * but a workflow, and so are written here once more; that a run hands over to the next is left out.
 */
export async function simulateFill({ contacts, workflowsPerSecond, startMs }: FillToSimulate, workers: readonly SimulatedWorker[], { clock, latencyMs }: Surroundings): Promise<Simulated> {
  const began = clock.now();
  const job = newJob();
  const flow: Flow = { underWay: 0 };
  const rowsOf: number[] = [];
  const condition = new Condition();
  const lanes = Array.from({ length: pagesInFlight }, (_, lane) => lane);
  const heldBack = new HeldBack(lanes.length, clock);
  const pages: Page[] = [];
  let [made, repeats, turn, dataDone] = [0, 0, 0, false];

  /** A page's calls by a worker; what of their time is no answer's is a wait for room. */
  const callsOf = (worker: SimulatedWorker, lane: number): Calling => async (crm, count, how) => {
    const from = clock.now();
    heldBack.by('calls', [lane]);
    if (how === 'at once') await Promise.all(Array.from({ length: count }, () => worker.call(crm)));
    else for (let n = 0; n < count; n++) await worker.call(crm);
    heldBack.by('calls', [lane]);
    if (crm === 'hubspot') heldBack.move('calls', 'hubspotWindow', clock.now() - from - latencyMs.hubspot * (how === 'at once' ? 1 : count));
  };

  /** Until the time is over, or another page has looked. */
  const waitForRoom = async (ms: number): Promise<void> => {
    job.waits = { until: new Date(clock.now() + ms).toISOString(), why: '' };
    condition.changed();
    await Promise.race([wait(ms, clock), condition.until(() => job.waits === null)]);
    job.waits = null;
    condition.changed();
    // Asking takes a moment: lanes that were refused in the very same one would have one another ask for ever.
    await wait(askingMs, clock);
  };

  /** An activity on any of the workers, repeated as the job repeats it; these lanes wait for it. */
  const activity = async (waiting: readonly number[], work: (worker: SimulatedWorker) => Promise<void>): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const worker = workers[turn++ % workers.length] as SimulatedWorker;
      try {
        worker.admit();
        return await work(worker);
      } catch (error) {
        if (!(error instanceof CrmFailure) && !(error instanceof TooOld)) throw error;
        const spent = error instanceof CrmFailure && verdictOf(error).retry === 'allowance' ? error : null;
        if (spent === null) repeats += 1;
        heldBack.by(spent === null ? 'repeats' : spent.system === 'hubspot' ? 'hubspotDay' : 'salesforceDay', waiting);
        if (spent === null) await wait(backoffMs(attempt), clock);
        else {
          await waitForRoom(spent.retryAfterMs ?? looksAgainMs);
          attempt = 0; // asked anew, as another activity
        }
      }
    }
  };

  let [listed, lastPageMs] = [0, 0];
  const fillPages = async (lane: number): Promise<void> => {
    for (;;) {
      heldBack.by(pages.length > 0 && laneIsOpen(lane, lastPageMs) ? 'workflows' : 'list', [lane]);
      await condition.until(() => (pages.length > 0 ? !backlogIsFull(job) && laneIsOpen(lane, lastPageMs) : listed >= contacts));
      const page = pages.shift();
      if (page === undefined) {
        if (listed >= contacts) return;
        continue; // another lane took it
      }
      const from = clock.now();
      const filled = flowing(flow, activity([lane], (worker) => fillPage(page, callsOf(worker, lane), clock)));
      condition.changed();
      await filled;
      lastPageMs = clock.now() - from;
      job.backlog.push({ packed: ' '.repeat(packedPerContact * page.rows), only: null });
      rowsOf.push(page.rows);
      condition.changed();
    }
  };

  /** Lanes that have a page wait for no list. */
  const list = (calls: number): Promise<void> => activity([], async (worker) => {
    for (let n = 0; n < calls; n++) await worker.call('salesforce');
  });

  const byJob = contacts > byJobAbove;
  const listAhead = async (): Promise<void> => {
    while (listed < contacts) {
      await condition.until(() => pages.length < pagesAhead);
      const rows = Math.min(byJob ? setSize : queryRows, contacts - listed);
      await (byJob ? list(1) : flowing(flow, list(1)));
      const some = Array.from({ length: Math.ceil(rows / pageSize) }, (_, n): Page => ({ rows: Math.min(pageSize, rows - n * pageSize), listed: byJob, created: false }));
      pages.push(...some);
      made += some.length;
      listed += rows;
      condition.changed();
    }
  };

  const readData = async (): Promise<void> => {
    // The first list, which says how many there are; the job's creation, and its state.
    if (byJob) await list(3);
    await Promise.all([listAhead(), ...lanes.map(fillPages)]);
    if (byJob) await list(1); // its end
    dataDone = true;
    condition.changed();
  };

  const perSecond = Math.min(workers.length * workflowsPerSecond, (startsInFlight * 1_000) / startMs);
  const handOverBehind = async (): Promise<void> => {
    for (;;) {
      await condition.until(() => (job.backlog.length > 0 && mayHandOver(job, flow)) || dataDone);
      const rows = rowsOf.shift();
      if (rows === undefined) return;
      await wait((rows / perSecond) * 1_000, clock);
      job.backlog.shift();
      condition.changed();
    }
  };

  const [dataMs] = await Promise.all([readData().then(() => {
    heldBack.by('list', lanes);
    return clock.now() - began;
  }), handOverBehind()]);
  const each = (cause: Cause): [Cause, number] => [cause, heldBack.ms[cause] / lanes.length];
  return { dataMs, workflowsMs: clock.now() - began, heldBack: Object.fromEntries(causes.map(each)) as Record<Cause, number>, pages: made, repeats };
}
