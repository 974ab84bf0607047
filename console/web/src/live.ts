import { useEffect, useState } from 'react';

export interface Live<T> {
  value: T | null;
  /** A sentence: why there is no news. */
  trouble: string | null;
  /** The last value is the last one there will be. */
  ended: boolean;
}

const nothing = { value: null, trouble: null, ended: false };

/** Values as the server tells them (server-sent events); null listens to nothing. */
export function useLive<T>(path: string | null): Live<T> {
  const [state, setState] = useState<Live<T> & { path: string | null }>({ ...nothing, path });
  useEffect(() => {
    if (path === null) return;
    const source = new EventSource(path);
    const note = (event: MessageEvent<string>): unknown => JSON.parse(event.data);
    setState({ ...nothing, path });
    source.addEventListener('now', (event) => {
      const value = note(event) as T | { trouble: string };
      if (typeof value === 'object' && value !== null && 'trouble' in value) setState((before) => ({ ...before, trouble: value.trouble }));
      else setState({ path, value, trouble: null, ended: false });
    });
    source.addEventListener('end', () => {
      source.close();
      setState((before) => ({ ...before, ended: true }));
    });
    source.addEventListener('trouble', (event) => {
      source.close();
      setState((before) => ({ ...before, trouble: (note(event) as { message: string }).message, ended: true }));
    });
    source.addEventListener('error', () => setState((before) => (before.ended ? before : { ...before, trouble: 'The console does not answer any more: see whether `npm run dev` still runs.' })));
    return () => source.close();
  }, [path]);
  return state.path === path ? state : nothing;
}
