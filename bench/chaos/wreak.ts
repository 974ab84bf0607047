import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { control } from '../soak/crms.ts';
import type { Child } from '../../worker/processes.ts';
import { endMischief } from '../soak/mischief.ts';
import type { Fault, Mayhem } from './plan-mayhem.ts';
import type { ChaosStage } from './stage.ts';

export interface Wreaked {
  /** How many calls each kind of fault has hit, by CRM. */
  faults: Record<string, Record<string, number>>;
  kills: Record<string, number>;
  /** Calls that were refused since their token or session had ended, by CRM. */
  expired: Record<string, number>;
  /** How a worker ended that nobody had ended, and starts that failed. */
  deaths: string[];
}

type Kill = Extract<Mayhem, { kind: 'kill' }>;
type Window = Extract<Mayhem, { kind: 'faults' }>;
const active = z.object({ faults: z.array(z.object({ id: z.number(), hits: z.number() })) });
/** The latest 5,000 at least. */
const logged = z.object({ requests: z.array(z.object({ status: z.number().nullable() })) });
const added = z.object({ id: z.number() });
const startAttempts = 5;

/** Breaks what the plan says, when it says so. Once this resolves all runs again, and nothing is broken any more. */
export async function wreak(stage: ChaosStage, mayhem: readonly Mayhem[], done: Wreaked, tell: (line: string) => void): Promise<void> {
  const startedAt = Date.now();
  const at = async (ms: number): Promise<void> => { await sleep(Math.max(0, startedAt + ms - Date.now())); };
  const windows = mayhem.filter((one): one is Window => one.kind === 'faults');
  const supervisor = new Supervisor(stage, done, tell);
  await Promise.all([
    ...(['hubspot', 'salesforce'] as const).map(async (crm) => {
      for (const { at: begin, forMs, faults } of windows.filter((one) => one.crm === crm)) {
        await at(begin);
        await breakFor(stage.urls[crm], faults, forMs, (done.faults[crm] ??= {}));
      }
    }),
    (async () => {
      for (const kill of mayhem.filter((one): one is Kill => one.kind === 'kill')) {
        await at(kill.at);
        await supervisor.kill(kill);
      }
    })(),
  ]);
  for (const crm of ['hubspot', 'salesforce'] as const) {
    const { requests } = await control(logged, stage.urls[crm], 'requests');
    done.expired[crm] = requests.filter(({ status }) => status === 401).length;
  }
  await endMischief(stage.urls);
  await supervisor.rest();
}

async function breakFor(url: string, faults: readonly Fault[], forMs: number, hits: Record<string, number>): Promise<void> {
  const names = new Map<number, string>();
  for (const { name, rule } of faults) names.set((await control(added, url, 'faults', rule)).id, name);
  await sleep(forMs);
  for (const { id, hits: hit } of (await control(active, url, 'faults')).faults) {
    const name = names.get(id) ?? '';
    hits[name] = (hits[name] ?? 0) + hit;
  }
  await fetch(`${url}/_sandbox/faults`, { method: 'DELETE' });
}

/** Kills and starts again, one after the other: a worker without a server gives up, as it should. */
class Supervisor {
  readonly #stage: ChaosStage;
  readonly #done: Wreaked;
  readonly #tell: (line: string) => void;
  #busy = Promise.resolve();

  constructor(stage: ChaosStage, done: Wreaked, tell: (line: string) => void) {
    this.#stage = stage;
    this.#done = done;
    this.#tell = tell;
    this.#watch();
  }

  kill({ what, downMs }: Kill): Promise<void> {
    const both = what === 'both';
    return this.#then(async () => {
      this.#tell(`kill -9 of ${both ? 'worker and Temporal' : what}`);
      this.#done.kills[what] = (this.#done.kills[what] ?? 0) + 1;
      if (both || what === 'worker') await this.#stage.kill('worker');
      if (both || what === 'Temporal') await this.#stage.kill('Temporal');
      await sleep(downMs);
      if (both || what === 'Temporal') await this.#stage.restart('Temporal');
      if (both || what === 'worker') await this.#startWorker();
      this.#tell('all runs again');
    });
  }

  /** Until nothing is being started. */
  rest(): Promise<void> {
    return this.#then(() => Promise.resolve());
  }

  #then(act: () => Promise<void>): Promise<void> {
    return (this.#busy = this.#busy.then(act));
  }

  async #startWorker(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#stage.restart('worker');
        return this.#watch();
      } catch (error) {
        this.#died(`at its start: ${error instanceof Error ? error.message : String(error)}`);
        if (attempt === startAttempts) throw error;
        await sleep(1_000);
      }
    }
  }

  #died(how: string): void {
    this.#tell(`a worker ended by itself: ${how}`);
    this.#done.deaths.push(how);
  }

  #watch(): void {
    void this.#follow(this.#stage.stack.worker);
  }

  /** A worker that ends by itself is started again, as whatever runs it would do. */
  async #follow(worker: Child): Promise<void> {
    const sentence = await worker.ended;
    if (worker.wanted) return;
    this.#died(sentence);
    await this.#then(() => this.#startWorker());
  }
}
