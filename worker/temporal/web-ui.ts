import * as z from 'zod';
import { UserError } from '../user-error.ts';

const url = z.url({ protocol: /^https?$/ }).transform((value) => value.replace(/\/+$/, ''));

/**
 * Where Temporal's Web UI is: what `SLUICE_TEMPORAL_UI_URL` says, else the dev server's of this machine or Temporal Cloud's; null where
 * another server's is not known.
 *
 * @throws UserError where the variable is no address.
 */
export function webUiAddress(temporalAddress: string, env: NodeJS.ProcessEnv = process.env): string | null {
  const given = env['SLUICE_TEMPORAL_UI_URL']?.trim();
  if (given) {
    const parsed = url.safeParse(given);
    if (!parsed.success) throw new UserError('SLUICE_TEMPORAL_UI_URL must be an address such as https://temporal.example.com: correct it, or unset it.');
    return parsed.data;
  }
  const host = temporalAddress.replace(/:\d+$/, '');
  if (host === '127.0.0.1' || host === 'localhost' || host === '[::1]') return `http://127.0.0.1:${env['SLUICE_TEMPORAL_UI_PORT'] || 8233}`;
  return /\.(tmprl\.cloud|temporal\.io)$/.test(host) ? 'https://cloud.temporal.io' : null;
}
