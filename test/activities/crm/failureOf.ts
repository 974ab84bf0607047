import assert from 'node:assert/strict';
import { CrmFailure } from '../../../activities/crm/failure.ts';

/** The failure that a call must end in; the test fails if it ends otherwise. */
export async function failureOf(promise: Promise<unknown>): Promise<CrmFailure> {
  const error: unknown = await promise.then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof CrmFailure, `a CrmFailure, not ${String(error)}`);
  return error;
}
