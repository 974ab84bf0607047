import { setTimeout as sleep } from 'node:timers/promises';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf, type ActiveFault, type Faults } from './faults.ts';

/** What a sandbox answers by itself with this status when a fault names no body. */
export type ErrorAnswer = { body: unknown; headers?: Record<string, string> };
export type Withheld = { fault: ActiveFault; mustAnswer: boolean };

const LONGEST = 2_147_483_647;
const never = new Promise<never>(() => undefined);

function startsLate(fault: ActiveFault): boolean {
  return fault.when === 'after' || (fault.when === undefined && !!(fault.cut ?? fault.truncate ?? fault.dripMs));
}

/** Lets the faults act on every request outside `/_sandbox`: before the handler in onRequest, on its answer in onSend. */
export function injectFaults(app: FastifyInstance, faults: Faults, errorAnswer: (status: number) => ErrorAnswer): void {
  const active = new WeakMap<FastifyRequest, ActiveFault>();
  const closing = new AbortController();
  app.addHook('preClose', (done) => {
    closing.abort();
    done();
  });
  const wait = async (ms: number): Promise<void> => {
    await sleep(Math.min(ms, LONGEST), undefined, { signal: closing.signal }).catch(() => undefined);
    // What waited when the sandbox closed has neither an effect nor an answer.
    if (closing.signal.aborted) await never;
  };

  app.addHook('onRequest', async (request, reply): Promise<unknown> => {
    if (request.url.startsWith('/_sandbox')) return undefined;
    const fault = faults.take(request.method, pathOf(request.url));
    if (!fault) return undefined;
    request.logged.fault = `fault ${fault.id}`;
    if (startsLate(fault)) {
      active.set(request, fault);
      return undefined;
    }
    if (fault.delayMs) await wait(fault.delayMs);
    if (fault.reset) return drop(request);
    const answers = fault.status !== undefined || fault.body !== undefined || fault.cut || fault.truncate || fault.dripMs !== undefined;
    if (!answers && !fault.headers) return undefined; // only late
    active.set(request, { ...fault, delayMs: 0 });
    return answers ? reply.code(fault.status ?? 200).send('') : undefined;
  });

  app.addHook('onSend', async (request, reply, payload) => {
    const fault = active.get(request);
    if (!fault) return payload;
    active.delete(request);
    if (fault.delayMs) await wait(fault.delayMs);
    if (fault.reset) return drop(request);
    const answer = replaced(fault, reply, payload, errorAnswer);
    if (fault.cut) return cut(request, reply, answer);
    if (fault.truncate) return answer.subarray(0, Math.max(1, Math.floor(answer.length / 2)));
    if (fault.dripMs !== undefined) return drip(reply, answer, fault.dripMs, wait);
    return answer;
  });
}

function replaced(fault: ActiveFault, reply: FastifyReply, payload: unknown, errorAnswer: (status: number) => ErrorAnswer): Buffer {
  let bytes = bytesOf(payload);
  if (fault.status !== undefined || fault.body !== undefined) {
    if (fault.status !== undefined) reply.code(fault.status);
    reply.removeHeader('content-encoding');
    const own = errorAnswer(reply.statusCode);
    const body = fault.body ?? own.body;
    bytes = bytesOf(typeof body === 'string' ? body : JSON.stringify(body));
    const html = typeof body === 'string' && body.trimStart().startsWith('<');
    reply.header('content-type', html ? 'text/html;charset=utf-8' : 'application/json;charset=utf-8');
    if (fault.body === undefined) reply.headers(own.headers ?? {});
  }
  if (fault.contentType === null || fault.contentType === '') reply.removeHeader('content-type');
  else if (fault.contentType !== undefined) reply.header('content-type', fault.contentType);
  if (fault.headers) reply.headers(fault.headers);
  reply.removeHeader('content-length');
  return bytes;
}

function bytesOf(payload: unknown): Buffer {
  if (typeof payload === 'string') return Buffer.from(payload);
  if (Buffer.isBuffer(payload)) return payload;
  return Buffer.alloc(0);
}

/** Never settles: there is nobody left to answer. */
async function drop(request: FastifyRequest): Promise<never> {
  request.raw.socket.resetAndDestroy();
  return never;
}

async function cut(request: FastifyRequest, reply: FastifyReply, answer: Buffer): Promise<never> {
  const body = answer.length > 1 ? answer : Buffer.from('{"results":[{"id":"1","properties":{}}]}');
  const headers: Record<string, string | number> = { 'content-length': body.length };
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined && name !== 'content-length') headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  reply.raw.writeHead(reply.statusCode, headers);
  // The half must have left before the socket goes, else the client sees no answer at all.
  reply.raw.write(body.subarray(0, Math.max(1, Math.floor(body.length / 2))), () => setImmediate(() => request.raw.socket.destroy()));
  return never;
}

function drip(reply: FastifyReply, answer: Buffer, ms: number, wait: (ms: number) => Promise<void>): Readable {
  reply.header('content-length', answer.length);
  const step = Math.max(1, Math.ceil(answer.length / 10));
  return Readable.from((async function* () {
    for (let at = 0; at < answer.length; at += step) {
      yield answer.subarray(at, at + step);
      await wait(ms);
    }
  })());
}
