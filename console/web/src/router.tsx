import { useSyncExternalStore, type ReactNode } from 'react';

const moved = new Set<() => void>();
const subscribe = (listener: () => void): (() => void) => {
  moved.add(listener);
  addEventListener('popstate', listener);
  return () => {
    moved.delete(listener);
    removeEventListener('popstate', listener);
  };
};

/** The path of the page that is open. */
export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);
/** Its query, `?q=ada`. */
export const useQuery = (): string => useSyncExternalStore(subscribe, () => location.search);

/** Opens another page, or with `replace` the same one under another address. */
export function navigate(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  for (const listener of moved) listener();
  if (!replace) {
    scrollTo(0, 0);
    // Whoever reads by ear is told that it is another page; it is there once React has drawn it.
    setTimeout(() => document.querySelector<HTMLElement>('main h1')?.focus());
  }
}

interface LinkProps {
  to: string;
  children: ReactNode;
  className?: string;
  /** Where the person is, for `aria-current`. */
  current?: boolean;
  label?: string;
}

export function Link({ to, children, className, current = false, label }: LinkProps): ReactNode {
  return (
    <a
      href={to} className={className} aria-current={current ? 'page' : undefined} aria-label={label}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
