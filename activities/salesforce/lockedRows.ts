import type { SalesforceId } from '../../sync/records.ts';
import type { Outcome } from '../crm/failure.ts';
import { verdictOf } from '../crm/verdict.ts';
import type { Salesforce, UpdateRow } from './types.ts';

type Updates = Pick<Salesforce, 'update' | 'updateAndRead'>;

/**
 * A save of a contact locks its account, so that calls side by side refuse one another's rows (UNABLE_TO_LOCK_ROW) as often as they
 * are repeated [JSF-1018]. Rows that were refused for a lock go in a call of their own, one such call at a time, until they are written: the
 * rows of one call never wait for one another.
 */
export function lockedRowsApart(saves: Updates): Updates {
  const locked = new Set<SalesforceId>();
  let last: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(send: () => Promise<T>): Promise<T> => {
    const mine = last.then(send);
    last = mine.catch(() => undefined);
    return mine;
  };

  const apart = async <T extends { id: SalesforceId }>(rows: readonly UpdateRow[], send: (rows: readonly UpdateRow[]) => Promise<Outcome<T>[]>): Promise<Outcome<T>[]> => {
    const [free, waiting] = [rows.filter(({ Id }) => !locked.has(Id)), rows.filter(({ Id }) => locked.has(Id))];
    const outcomes = free.length === 0 ? [] : await send(free);
    if (waiting.length > 0) outcomes.push(...await inTurn(() => send(waiting)));
    const byRow = new Map([...free, ...waiting].map((row, i) => [row, outcomes[i]]));
    return rows.flatMap((row) => {
      const outcome = byRow.get(row);
      if (outcome === undefined) return [];
      if (!outcome.ok && verdictOf(outcome.failure).lock) locked.add(row.Id);
      else locked.delete(row.Id);
      return [outcome];
    });
  };

  return {
    update: (type, rows, call) => apart(rows, (some) => saves.update(type, some, call)),
    updateAndRead: (type, rows, fields, call) => apart(rows, (some) => saves.updateAndRead(type, some, fields, call)),
  };
}
