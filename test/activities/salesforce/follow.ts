import assert from 'node:assert/strict';
import type { ChangesOptions, Salesforce, SalesforceChange } from '../../../activities/salesforce/index.ts';

type Told = { events: SalesforceChange[]; replay: { Lead?: number; Contact?: number }; gap: boolean };

/** A subscription of one test: what it was told, and how it ended. */
export function follow(salesforce: Salesforce, { replay = { Lead: null, Contact: null }, handle }: { replay?: ChangesOptions['replay']; handle?: (told: Told) => Promise<void> } = {}) {
  const stop = new AbortController();
  const calls: Told[] = [];
  const read = { ...replay };
  let connections = 0;
  let wake = Promise.withResolvers<void>();
  const noted = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  let over = false;
  const ended: Promise<unknown> = salesforce.changes({
    replay, signal: stop.signal,
    onEvents: async (events, moved, gap) => {
      await handle?.({ events, replay: moved, gap });
      calls.push({ events, replay: moved, gap });
      Object.assign(read, moved);
      noted();
    },
    onConnected: () => {
      connections += 1;
      noted();
    },
  }).then(() => assert.fail('it ends by rejecting'), (error: unknown) => {
    over = true;
    noted();
    return error;
  });

  /** Waits until it holds; fails where the subscription ends before. */
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) {
      if (over) assert.fail(`it ended first: ${String(await ended)}`);
      await wake.promise;
    }
  };
  const events = (): SalesforceChange[] => calls.flatMap((call) => call.events);
  return {
    calls, read, ended, events, until,
    /** `kind id` of all events, in their order. */
    said: (): string[] => events().map(({ kind, id }) => `${kind} ${id}`),
    connections: () => connections,
    connected: (times = 1) => until(() => connections >= times),
    /** Ends it as its caller does. */
    async stop(): Promise<void> {
      stop.abort(new Error('enough'));
      assert.equal(String(await ended), 'Error: enough');
    },
    abort: (reason: unknown) => stop.abort(reason),
  };
}
