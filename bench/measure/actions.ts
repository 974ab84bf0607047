import { setTimeout as sleep } from 'node:timers/promises';

/** How often each state-changing request was made, by the server's own names. */
export type Actions = Record<string, number>;

/** The server passes its counters on once a second. */
const passedOnMs = 1_500;

/**
 * What the server has counted in a namespace so far. Its counter `action` is the one behind Temporal Cloud's bill: workflows started and
 * continued as new, signals, updates, timers, search attributes and memos changed, activities scheduled and retried, heartbeats that
 * reached the server (https://docs.temporal.io/evaluate/cloud/actions). Histories would lack heartbeats and retries, and take a call per contact.
 */
export async function countActions(metricsUrl: string, namespace: string): Promise<Actions> {
  await sleep(passedOnMs);
  const response = await fetch(metricsUrl, { signal: AbortSignal.timeout(30_000) });
  if (!response.ok) throw new Error(`the Temporal server's metrics answered ${response.status}`);
  return parseActions(await response.text(), namespace);
}

/** Reads the counter from Prometheus' text format. */
export function parseActions(text: string, namespace: string): Actions {
  const actions: Actions = {};
  for (const [, labels = '', value = ''] of text.matchAll(/^action\{([^}]*)\} (\S+)$/gm)) {
    const label = (name: string): string | undefined => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1];
    const type = label('action_type');
    if (type !== undefined && label('namespace') === namespace) actions[type] = (actions[type] ?? 0) + Number(value);
  }
  return actions;
}

/** What came to it between two counts. */
export function actionsSince(before: Actions, now: Actions): Actions {
  return Object.fromEntries(Object.entries(now).map(([type, n]) => [type, n - (before[type] ?? 0)] as const).filter(([, n]) => n > 0));
}

const isQuery = (type: string): boolean => type === 'grpc_QueryWorkflow';
export const signalWithStart = 'grpc_SignalWithStartWorkflowExecution';

/**
 * How many of them change state. Queries change none (and the bench's own cannot be told from the worker's), and are left out, though
 * Temporal Cloud bills them. A signal-with-start is counted once by the server; where it `started` a workflow it is two, a start and a signal.
 */
export function stateChanging(actions: Actions, started: number): number {
  const requests = Object.entries(actions).filter(([type]) => !isQuery(type)).reduce((sum, [, n]) => sum + n, 0);
  return requests + Math.min(started, actions[signalWithStart] ?? 0);
}

/** Those that only ask. */
export const queries = (actions: Actions): number => Object.entries(actions).filter(([type]) => isQuery(type)).reduce((sum, [, n]) => sum + n, 0);

/** Rows of a table that say which requests they were, the most first. */
export const byType = (actions: Actions, shown: (n: number) => number): [what: string, n: number][] =>
  Object.entries(actions).sort(([, a], [, b]) => b - a).map(([type, n]) => [`  Temporal ${type}`, shown(n)]);
