import { z } from 'zod';
import { validationError } from './errors.ts';

/** A repeated or comma-separated query parameter. */
export const names = z.union([z.string(), z.array(z.string())]).optional()
  .transform((given) => (given === undefined ? undefined : [given].flat().flatMap((part) => part.split(',')).map((part) => part.trim()).filter((part) => part !== '')));
/** A yes or no of the query; clients in Python write `True`. */
export const flag = z.string().toLowerCase().pipe(z.enum(['true', 'false'])).default('false').transform((given) => given === 'true');

/** The `limit` parameter: 400 outside 1 to `most`. */
export function limitOf(given: string | undefined, usual: number, most: number): number {
  if (given === undefined) return usual;
  const limit = Number(given);
  if (!Number.isInteger(limit) || limit < 1 || limit > most) throw validationError(`Invalid limit ${given}: it must be between 1 and ${most}`);
  return limit;
}

/** Paging tokens are opaque: base64 of what the sandbox needs to go on. */
export function pagingToken(value: string | number): string {
  return Buffer.from(String(value)).toString('base64url');
}

export function readPagingToken(token: string): string {
  const value = Buffer.from(token, 'base64url').toString();
  if (!/^\d+$/.test(value)) throw validationError(`Invalid paging token: ${token}`);
  return value;
}

/** `inputs` of a batch call: 400 without any or above `most`. */
export function requireBatchSize(inputs: readonly unknown[], most = 100): void {
  if (inputs.length === 0) throw validationError('The batch has no inputs.');
  if (inputs.length > most) throw validationError(`The batch has ${inputs.length} inputs; at most ${most} are allowed.`);
}

export const idParams = z.object({ id: z.string() });
