import { inspect } from 'node:util';
import { ApplicationFailure, type LogLevel, type LogMetadata, type Logger } from '@temporalio/common';
import type { Log } from './log.ts';

/** What Temporal's SDK says of a message that names nobody. Whatever else comes with one may hold values of contacts. */
const harmless = ['sdkComponent', 'namespace', 'taskQueue', 'workflowId', 'runId', 'workflowType', 'activityType', 'activityId', 'attempt'] as const;

/** Said by us, with the error's category; or meant to be so: queues are served apart, workflows on one and activities on the others. */
const unsaid = /^(Activity failed$|No (activities|workflows) registered)/;

/** SDK's level to ours: that a worker has started is no news to whoever runs one. */
const levels = { TRACE: 'trace', DEBUG: 'trace', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** The logger of Temporal's SDK, through ours. An error is told by its type and place; its message, which may quote values, where the log is at `debug`. */
export function sdkLogger(log: Log): Logger {
  const say = (level: LogLevel, message: string, meta: LogMetadata = {}): void => {
    if (unsaid.test(message)) return;
    const facts = Object.fromEntries(harmless.flatMap((name) => (meta[name] === undefined ? [] : [[name, String(meta[name])]])));
    const error: unknown = meta['error'];
    log[levels[level]]({ ...facts, ...(error instanceof Error && { error: placeOf(error) }), ...(log.isLevelEnabled('debug') && { details: inspect(meta, { breakLength: Infinity }) }) }, message);
  };
  return {
    log: say,
    trace: (message, meta) => say('TRACE', message, meta), debug: (message, meta) => say('DEBUG', message, meta), info: (message, meta) => say('INFO', message, meta),
    warn: (message, meta) => say('WARN', message, meta), error: (message, meta) => say('ERROR', message, meta),
  };
}

const frames = 5;

/** An error without its words: what it is, and where in the code it arose. */
export function placeOf(error: Error): { type: string; at: string[] } {
  const at = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, frames).map((line) => line.trim());
  return { type: error instanceof ApplicationFailure ? error.type ?? error.name : error.name, at };
}
