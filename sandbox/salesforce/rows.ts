import type { RowFault } from '../common/faults.ts';
import { SalesforceError, saveError, type SaveError } from './errors.ts';
import type { Org } from './org.ts';

/** A row's outcome as a collection answers it. */
export type RowAnswer = { id?: string; success: boolean; errors: unknown[]; created?: boolean };
/** `fresh`: the record did not exist before, so a roll-back takes its id away too. `created` is answered for upserts alone. */
export type RowDone = { id: string; fresh: boolean; created?: boolean };

const ROLLED_BACK = 'Record rolled back because not all records were valid and the request was using AllOrNone header';
// What the request's parser finds, and so may fail the request as a whole.
const PARSE_ERRORS = new Set(['INVALID_FIELD', 'JSON_PARSER_ERROR']);

class RollBack extends Error {}

/** Saves rows one by one and answers them in order. With `allOrNone` one failure undoes all, and the innocent say so. */
export function saveRows<T>(org: Org, rows: T[], allOrNone: boolean, fault: (row: T) => RowFault | undefined, save: (row: T, at: number) => RowDone): RowAnswer[] {
  const answers: RowAnswer[] = [];
  const fresh = new Set<string | undefined>();
  const noted = (row: T, at: number): RowDone => {
    const done = save(row, at);
    if (done.fresh) fresh.add(done.id);
    return done;
  };
  try {
    org.transaction(() => {
      rows.forEach((row, at) => answers.push(saveRow(org, row, at, fault, noted)));
      if (allOrNone && answers.some((answer) => !answer.success)) throw new RollBack();
    });
  } catch (error) {
    if (!(error instanceof RollBack)) throw error;
    const undone = rowError(saveError('ALL_OR_NONE_OPERATION_ROLLED_BACK', ROLLED_BACK));
    return answers.map((answer) => {
      if (!answer.success) return answer;
      return { ...(fresh.has(answer.id) ? {} : { id: answer.id }), success: false, errors: [undone] };
    });
  }
  return answers;
}

function saveRow<T>(org: Org, row: T, at: number, fault: (row: T) => RowFault | undefined, save: (row: T, at: number) => RowDone): RowAnswer {
  const injected = fault(row);
  if (injected) return { success: false, errors: [rowError(injected)] };
  try {
    const { id, created } = save(row, at);
    return { id, success: true, errors: [], ...(created === undefined ? {} : { created }) };
  } catch (error) {
    if (!(error instanceof SalesforceError)) throw error;
    if (org.behaviour.collectionParseErrors === 'request' && error.errors.some((one) => PARSE_ERRORS.has(one.code))) throw error;
    return { success: false, errors: error.errors.map((one) => rowError(inRow(one))) };
  }
}

/** A record that does not exist is a 404 alone, but an invalid reference in a row. */
function inRow(error: SaveError): SaveError {
  return error.code === 'NOT_FOUND' ? saveError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id') : error;
}

function rowError(error: SaveError | RowFault): unknown {
  const { code, message, fields } = error;
  return { statusCode: code, message, fields, ...('extra' in error ? error.extra : {}) };
}
