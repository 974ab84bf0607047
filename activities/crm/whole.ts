import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { TIMEOUTS } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/**
 * Passes an answer on only when it is complete. jsforce pipes the body into a stream whose errors nobody hears: an
 * answer cut in the middle would end the process, and the call's promise would never settle.
 */
export class Whole implements Dispatcher.DispatchHandler {
  private readonly next: Dispatcher.DispatchHandler;
  private readonly exchange: Exchange | undefined;
  private head: [number, IncomingHttpHeaders, string?] | undefined;
  private readonly body: Buffer[] = [];
  private release = (): void => {};

  constructor(next: Dispatcher.DispatchHandler, exchange: Exchange | undefined) {
    this.next = next;
    this.exchange = exchange;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.next.onRequestStart?.(controller, context);
    const signal = this.exchange?.signal;
    const whole = this.exchange?.timeouts.whole ?? TIMEOUTS.whole;
    const abort = () => controller.abort(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal?.aborted) return abort();
    const timer = setTimeout(() => controller.abort(new WholeAnswerTimeout(whole)), whole);
    signal?.addEventListener('abort', abort, { once: true });
    this.release = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
  }

  onRequestUpgrade(...upgrade: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>): void {
    this.release();
    this.next.onRequestUpgrade?.(...upgrade);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders, text?: string): void {
    if (status >= 200) this.head = text === undefined ? [status, headers] : [status, headers, text];
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.body.push(Buffer.from(chunk)); // the parser reuses its memory
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.release();
    if (this.head) {
      if (this.exchange) this.exchange.answer = { status: this.head[0], headers: flat(this.head[1]) };
      this.next.onResponseStart?.(controller, ...this.head);
    }
    for (const chunk of this.body) this.next.onResponseData?.(controller, chunk);
    this.next.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.release();
    this.next.onResponseError?.(controller, error);
  }

  onBodySent(chunk: Buffer): void {
    this.next.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.next.onRequestSent?.();
  }
}

class WholeAnswerTimeout extends Error {
  readonly code = 'WHOLE_ANSWER_TIMEOUT';
  constructor(ms: number) {
    super(`No whole answer within ${ms} ms`);
  }
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')] as const);
  return Object.fromEntries(entries);
}
