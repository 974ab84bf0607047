import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { told } from './failures.ts';
import { pageHeaders } from './guard.ts';

/** Proxies and browsers take a silent connection for a dead one. */
const silenceMs = 20_000;

/**
 * Answers with server-sent events, one for each value, as event `now`; a failure is told as event `trouble` with a sentence, and ends it.
 * After the last value comes `end`, so that the browser does not ask again. The signal is aborted when the browser is gone.
 */
export async function sendEvents(reply: FastifyReply, values: (gone: AbortSignal) => AsyncIterable<unknown>): Promise<void> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  reply.hijack();
  reply.raw.writeHead(200, { ...pageHeaders, 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  const send = (event: string, value: unknown): boolean => reply.raw.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  const beat = setInterval(() => reply.raw.write(':\n\n'), silenceMs);
  try {
    for await (const value of values(gone.signal)) {
      if (gone.signal.aborted) break;
      send('now', value);
    }
    send('end', null);
  } catch (error) {
    send('trouble', { message: told(error).message });
  } finally {
    clearInterval(beat);
    reply.raw.end();
  }
}

/** What `read` answers, whenever it is another than before; what fails is told as a value too, and asked again. */
export async function* whenChanged<T>(everyMs: number, read: () => Promise<T>, gone: AbortSignal): AsyncGenerator<T | { trouble: string }, void> {
  let last = '';
  while (!gone.aborted) {
    const value = await read().catch((error: unknown) => ({ trouble: told(error).message }));
    const text = JSON.stringify(value);
    if (text !== last) yield value;
    last = text;
    await sleep(everyMs, undefined, { signal: gone }).catch(() => undefined);
  }
}
