import DataLoader from 'dataloader';

export interface WindowOptions<Key, Value> {
  /** How long calls are collected, in milliseconds: 50 for live edits, 500 for what a page or a burst signalled. */
  windowMs: number;
  /** Keys per batch; more open a further batch at once. */
  atMost: number;
  /** One answer per key, in order; an Error is that key's alone. */
  load: (keys: readonly Key[]) => Promise<ArrayLike<Value | Error>>;
}

/**
 * Lets calls for one record each share a batch: all that come within the window go out together. Nothing is cached
 * between batches, since a read decides what is written. The signal ends only its caller's wait.
 */
export function openWindow<Key, Value>({ windowMs, atMost, load }: WindowOptions<Key, Value>): (key: Key, signal?: AbortSignal) => Promise<Value> {
  const loader = new DataLoader<Key, Value>(load, {
    cache: false,
    maxBatchSize: atMost,
    batchScheduleFn: (dispatch) => setTimeout(dispatch, windowMs),
  });
  return (key, signal) => (signal ? untilAborted(loader.load(key), signal) : loader.load(key));
}

function untilAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
