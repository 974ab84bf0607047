import { classify } from '../../sync/errors.ts';
import type { Classified } from '../../sync/errors.ts';
import type { CrmFailure } from './failure.ts';

/** What a failure means, by the one table of `sync/errors.ts`. `attempts` counts failures in a row, this one included. */
export function verdictOf({ system, status, code, reason, detail, fields, limit }: CrmFailure, attempts = 1): Classified {
  const message = [reason, detail].filter((part) => part !== null).join(' ');
  return classify({ system, status, code, message, fields, context: { limit, attempts } });
}
