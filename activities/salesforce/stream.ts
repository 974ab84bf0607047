import { CrmFailure } from '../crm/failure.ts';
import type { Salesforce } from './types.ts';

/** Change Data Capture: until it is spoken, no org offers it. */
export function changeStream(): Salesforce['changes'] {
  return async () => {
    throw new CrmFailure({ system: 'salesforce', operation: 'follow changes', code: 'STREAM_UNAVAILABLE' });
  };
}
