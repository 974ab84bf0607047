import { AsyncLocalStorage } from 'node:async_hooks';
import { heartbeat } from '@temporalio/activity';

const positions = new AsyncLocalStorage<{ position: unknown }>();
/** Well below the heartbeat timeout of 12 s: a page may wait for the limiter longer than that. */
const everyMs = 3_000;

/** Notes how far the page has come; a retry finds it in its heartbeat details, and a person on the pending activity. */
export function reached(position: unknown): void {
  const store = positions.getStore();
  if (store !== undefined) store.position = position;
  heartbeat(position);
}

/** Heartbeats while `run` works, repeating the last position. */
export function beating<Input, Output>(run: (input: Input) => Promise<Output>): (input: Input) => Promise<Output> {
  return (input) => positions.run({ position: null }, async () => {
    const timer = setInterval(() => heartbeat(positions.getStore()?.position), everyMs);
    try {
      return await run(input);
    } finally {
      clearInterval(timer);
    }
  });
}
