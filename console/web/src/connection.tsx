import { createContext, use, type ReactNode } from 'react';
import type { SettingsNow } from '../../../sync/settings.ts';
import type { Health } from '../../../workflows/messages/connection.ts';
import { useLive, type Live } from './live.ts';

/** The connection as it is now. */
export interface ConnectionNow {
  settings: SettingsNow;
  health: Health;
}

const Context = createContext<Live<ConnectionNow>>({ value: null, trouble: null, ended: false });

export const useConnection = (): Live<ConnectionNow> => use(Context);

export function ConnectionProvider({ children }: { children: ReactNode }): ReactNode {
  return <Context value={useLive<ConnectionNow>('/api/connection/events')}>{children}</Context>;
}
