import { destination, pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { textLine } from './text.ts';

export type Log = Logger;

export interface LogOptions {
  level: 'silent' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** One JSON object a line, or the same for people; null: for people where stderr is a terminal. */
  format: 'json' | 'text' | null;
  connection: string;
}

/**
 * The worker's log, on stderr: stdout is for sentences. What is logged at `info` and above names ids, codes and categories, and never a
 * person, a value or a secret: messages of both CRMs, which may quote values, come with it at `debug` only.
 */
export function openLog({ level, format, connection }: LogOptions, stream: DestinationStream = destination({ dest: 2, sync: true })): Log {
  const asText = format === 'text' || (format === null && process.stderr.isTTY);
  return pino({
    level, base: { connection }, timestamp: stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) },
  }, asText ? { write: (line: string) => { stream.write(textLine(line)); } } : stream);
}
