import type { Call } from '../crm/call.ts';
import { openWindow } from '../crm/window.ts';
import type { SalesforceId } from '../../sync/records.ts';
import type { CreateRow, Salesforce, SalesforceWindow, UpdateRow } from './types.ts';

const LIVE: Call = { lane: 'live' };

/** One record each, many to a batch. A batch is of one type, and asks for all that any of its callers wants. */
export function liveCalls(salesforce: Pick<Salesforce, 'retrieve' | 'update' | 'upsertByExternalId'>, windowMs: number): SalesforceWindow {
  const retrieve = perKey((type) =>
    openWindow({
      windowMs,
      atMost: 2000,
      load: async (wanted: readonly { id: SalesforceId; fields: readonly string[] }[]) => {
        const found = await salesforce.retrieve(type, wanted.map((one) => one.id), wanted.flatMap((one) => one.fields), LIVE);
        return wanted.map(({ id }) => found.get(id) ?? null);
      },
    }),
  );
  const update = perKey((type) => openWindow({ windowMs, atMost: 200, load: (rows: readonly UpdateRow[]) => salesforce.update(type, rows, LIVE) }));
  const upsert = perKey((key) => {
    const [type = '', field = ''] = key.split('.');
    return openWindow({ windowMs, atMost: 200, load: (rows: readonly CreateRow[]) => salesforce.upsertByExternalId(type, field, rows, LIVE) });
  });
  return {
    retrieve: (type, id, fields, { signal } = {}) => retrieve(type)({ id, fields }, signal),
    update: (type, row, { signal } = {}) => update(type)(row, signal),
    upsertByExternalId: (type, field, row, { signal } = {}) => upsert(`${type}.${field}`)(row, signal),
  };
}

/** One window per object type, made when first asked for. */
function perKey<Window>(open: (key: string) => Window): (key: string) => Window {
  const windows = new Map<string, Window>();
  return (key) => {
    const window = windows.get(key) ?? open(key);
    windows.set(key, window);
    return window;
  };
}
