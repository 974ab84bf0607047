import { useCallback, useEffect, useState } from 'react';
import { ask, sentenceOf } from './api.ts';

export interface Asked<T> {
  /** Null until it is there; the last one stays while it is asked anew. */
  value: T | null;
  fault: string | null;
  again: () => void;
}

/** What a GET answers; asked anew when the path changes. A null path asks nothing. */
export function useAsked<T>(path: string | null): Asked<T> {
  const [state, setState] = useState<{ path: string | null; value: T | null; fault: string | null }>({ path, value: null, fault: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const controller = new AbortController();
    ask<T>('GET', path, undefined, controller.signal).then(
      (value) => setState({ path, value, fault: null }),
      (error: unknown) => controller.signal.aborted || setState((before) => ({ path, value: before.path === path ? before.value : null, fault: sentenceOf(error) })),
    );
    return () => controller.abort();
  }, [path, round]);
  const again = useCallback(() => setRound((n) => n + 1), []);
  const mine = state.path === path;
  return { value: mine ? state.value : null, fault: mine ? state.fault : null, again };
}

/** What a POST answers to what a person is entering: asked once nothing has changed for `pauseMs`. A null body, as JSON, asks nothing. */
export function useAskedInPauses<T>(path: string, body: string | null, pauseMs: number): Omit<Asked<T>, 'again'> {
  const [state, setState] = useState<Omit<Asked<T>, 'again'>>(unanswered);
  useEffect(() => {
    setState(unanswered);
    if (body === null) return;
    const controller = new AbortController();
    const timer = setTimeout(() => {
      ask<T>('POST', path, JSON.parse(body) as unknown, controller.signal)
        .then((value) => setState({ value, fault: null }), (error: unknown) => controller.signal.aborted || setState({ value: null, fault: sentenceOf(error) }));
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [path, body, pauseMs]);
  return state;
}
const unanswered = { value: null, fault: null };

/** Does something that a person asked for; `busy` meanwhile, and the sentence of what failed after it. */
export function useDoing(): { busy: boolean; fault: string | null; run: <T>(what: () => Promise<T>) => Promise<T | null> } {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const run = useCallback(async <T,>(what: () => Promise<T>): Promise<T | null> => {
    setBusy(true);
    setFault(null);
    try {
      return await what();
    } catch (error) {
      setFault(sentenceOf(error));
      return null;
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, fault, run };
}
