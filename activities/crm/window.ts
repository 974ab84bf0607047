import DataLoader from 'dataloader';

export interface WindowOptions<Key, Value> {
  /** How long calls are collected that follow each other, in milliseconds. */
  windowMs: number;
  /** For calls that nobody waits for: the window stays open until no other has come for so long (ms), it is full, or `windowMs` are over. */
  quietMs?: number;
  /** Keys per batch; more open a further batch at once. */
  atMost: number;
  /** One answer per key, in order; an Error is that key's alone. */
  load: (keys: readonly Key[]) => Promise<ArrayLike<Value | Error>>;
}

/** What comes in the same moment as a call that comes alone. */
const momentMs = 3;
/** More batches than these at once are small ones: where answers take long, what comes meanwhile goes in the next. */
const mostUnderWay = 3;

/** Calls that are still collected. */
interface Gathering {
  calls: number;
  /** On the clock of `performance`. */
  until: number;
  timer: NodeJS.Timeout;
  send: () => void;
}

/**
 * Lets calls for one record each share a batch: all that come within the window go out together, and with a few batches under way all
 * that come until one of them has ended; so the busier it is, the larger the batches and the fewer the calls. A call that comes alone
 * waits for no others, unless nobody waits for it: somebody's single edit is not held up. Nothing is cached between batches, since a read
 * decides what is written. The signal ends only its caller's wait.
 */
export function openWindow<Key, Value>({ windowMs, quietMs, atMost, load }: WindowOptions<Key, Value>): (key: Key, signal?: AbortSignal) => Promise<Value> {
  let underWay = 0;
  const held: (() => void)[] = [];
  let askedAt = -Infinity;
  let alone = true;
  let gathering: Gathering | null = null;
  const loader = new DataLoader<Key, Value>(async (keys) => {
    underWay += 1;
    try {
      return await load(keys);
    } finally {
      underWay -= 1;
      held.shift()?.();
    }
  }, {
    cache: false,
    maxBatchSize: atMost,
    batchScheduleFn: (dispatch) => {
      const send = () => {
        if (gathering?.send === send) gathering = null;
        if (underWay < mostUnderWay) dispatch();
        else held.push(dispatch);
      };
      gathering = { calls: 0, until: performance.now() + windowMs, timer: setTimeout(send, quietMs ?? (alone ? momentMs : windowMs)), send };
    },
  });
  const ask = (key: Key): Promise<Value> => {
    const now = performance.now();
    alone = underWay === 0 && now - askedAt > windowMs;
    askedAt = now;
    const answer = loader.load(key);
    if (quietMs !== undefined && gathering !== null) prolong(gathering, quietMs, now);
    return answer;
  };
  const prolong = (one: Gathering, quiet: number, now: number): void => {
    one.calls += 1;
    clearTimeout(one.timer);
    one.timer = setTimeout(one.send, one.calls === atMost ? 0 : Math.min(quiet, one.until - now));
  };
  return (key, signal) => (signal ? untilAborted(ask(key), signal) : ask(key));
}

function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
