import type { SalesforceType } from '../../sync/records.ts';
import type { Clock } from '../crm/clock.ts';
import type { ChangeEvent } from './changeEvents.ts';
import type { ChangesOptions, SalesforceChange } from './types.ts';

type Replay = Record<SalesforceType, number | null>;

/** One change, or an event without any. `last` of its event: with it, the event is handed over. */
interface Piece {
  object: SalesforceType;
  replayId: number | null;
  change: SalesforceChange | null;
  gap: boolean;
  last: boolean;
}

export interface ChangeBatches {
  add(event: ChangeEvent): void;
  /** Hands over all that was added so far. Rejects with what the handler threw. */
  flush(): Promise<void>;
  /** How far each channel was handed over: all events up to there, and none that is still held. */
  replay(): Replay;
  /** Rejects with what the handler threw; settles for no other reason. */
  failed: Promise<never>;
  /** Forgets what is held and hands over nothing more. */
  stop(): void;
}

/** The most changes in one batch; the most events where they bring none. */
const MOST = 2_000;
/** Events of one commit arrive together: so long is waited for the others. */
const COALESCE_MS = 20;
/** How often progress alone is told: our own changes come back in floods. */
const PROGRESS_MS = 1_000;

/** Gathers events and hands them over in batches, one at a time. */
export function openBatches({ onEvents, replay: from, clock }: Pick<ChangesOptions, 'onEvents' | 'replay'> & { clock: Clock }): ChangeBatches {
  const replay: Replay = { ...from };
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  failed.catch(() => undefined); // whoever listens to it hears it
  let held: Piece[] = [];
  let running: Promise<void> | undefined;
  let stopped = false;
  let broken: { error: unknown } | undefined;
  let toldAt = -Infinity;
  let timer: { due: number; cancel: () => void } | undefined;

  const pass = async (): Promise<void> => {
    const { batch, rest } = cut(held);
    held = rest;
    const moved: { Lead?: number; Contact?: number } = {};
    for (const { object, replayId, last } of batch) if (last && replayId !== null && replayId > (replay[object] ?? -1)) moved[object] = Math.max(replayId, moved[object] ?? -1);
    const changes = batch.flatMap(({ change }) => change ?? []);
    const gap = batch.some((piece) => piece.gap);
    if (changes.length > 0 || gap || Object.keys(moved).length > 0) await onEvents(changes, moved, gap);
    toldAt = clock.now();
    Object.assign(replay, moved);
  };

  /** Hands over one batch; never rejects by itself. */
  const run = async (): Promise<void> => {
    timer?.cancel();
    timer = undefined;
    try {
      await pass();
    } catch (error) {
      stop();
      broken = { error };
      fail(error);
    }
    running = undefined;
    plan();
  };
  const start = (): Promise<void> => (running ??= run());

  const plan = (): void => {
    if (running || stopped || held.length === 0) return;
    const now = clock.now();
    const due = held.some(({ change, gap }) => change !== null || gap) ? now + COALESCE_MS : Math.max(now + COALESCE_MS, toldAt + PROGRESS_MS);
    if (timer && timer.due <= due) return;
    timer?.cancel();
    timer = { due, cancel: clock.after(due - now, () => void start()) };
  };

  const stop = (): void => {
    stopped = true;
    held = [];
    timer?.cancel();
  };

  return {
    add(event) {
      if (stopped) return;
      held.push(...piecesOf(event));
      plan();
    },
    async flush() {
      await running;
      for (; held.length > 0; await running) void start();
      if (broken) throw broken.error;
    },
    replay: () => ({ ...replay }),
    failed,
    stop,
  };
}

function piecesOf({ object, replayId, changes, gap }: ChangeEvent): Piece[] {
  if (changes.length === 0) return [{ object, replayId, change: null, gap, last: true }];
  return changes.map((change, index) => ({ object, replayId, change, gap, last: index === changes.length - 1 }));
}

/** The earliest pieces, in the order of their replay ids: what is left lies behind what is handed over, however it arrived. */
function cut(held: readonly Piece[]): { batch: Piece[]; rest: Piece[] } {
  const ordered = held.toSorted((a, b) => (a.replayId ?? 0) - (b.replayId ?? 0));
  return { batch: ordered.slice(0, MOST), rest: ordered.slice(MOST) };
}
