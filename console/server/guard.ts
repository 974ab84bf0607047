import type { IncomingHttpHeaders } from 'node:http';
import { signInBy } from '../../worker/sign-in-by-token.ts';

/** Pages may load what comes from here alone, and nobody may frame them. */
export const pageHeaders = {
  'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export interface GuardOptions {
  /** What browsers have as the console's origins. */
  origins: readonly string[];
  token: string | null;
}

/** Why a request is not let in; null where it is. */
export type Refused = { status: 401 | 403 | 421; why: string } | null;

/**
 * Who is let in. The `Host` header tells a page of another site whose name was pointed at this machine; origin and a header of ours, which
 * no form and no other site's script can send, tell such a site's requests (CSRF). Where a token is set, a browser shows it once.
 */
export function guard({ origins, token }: GuardOptions) {
  const hosts = new Set(origins.map((origin) => new URL(origin).host));
  const access = token === null ? null : signInBy(token, 'sluice-console', 'cookie of the console');
  const signedIn = (headers: IncomingHttpHeaders): boolean => access === null || access.hasToken(headers) || access.hasCookie(headers);
  const foreign = (headers: IncomingHttpHeaders): boolean =>
    (headers.origin !== undefined && !origins.includes(headers.origin)) || headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site';
  return {
    isToken: (text: string): boolean => access?.isToken(text) ?? false,
    cookie: `${access?.cookie ?? ''}${origins.every((origin) => origin.startsWith('https:')) ? '; Secure' : ''}`,
    signedIn,
    /** Of every request. */
    addressed: (headers: IncomingHttpHeaders): Refused =>
      hosts.has(headers.host ?? '') ? null : { status: 421, why: `The console is at ${origins[0]}, and answers under no other name: open it there, or set SLUICE_CONSOLE_URL.` },
    /** Of what sends something; the sign-in form cannot send the header. */
    sent: (headers: IncomingHttpHeaders, byForm: boolean): Refused =>
      foreign(headers) || (!byForm && headers['x-sluice-console'] !== '1') ? { status: 403, why: 'This request did not come from the console: open the console and do it there.' } : null,
    /** Of the API. */
    entitled: (headers: IncomingHttpHeaders): Refused => (signedIn(headers) ? null : { status: 401, why: 'You are not signed in any more: reload the page and give the token of SLUICE_CONSOLE_TOKEN.' }),
  };
}
