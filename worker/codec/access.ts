import type { IncomingHttpHeaders } from 'node:http';
import { signInBy } from '../sign-in-by-token.ts';

/** Who may have payloads read: whoever shows the token, or a browser that has shown it before and asks for the Web UI. */
export function accessBy(token: string, origin: string) {
  const { isToken, hasToken, hasCookie, cookie } = signInBy(token, 'sluice-codec', `cookie for ${origin}`);
  return {
    isToken, cookie,
    // Another page at the same host would have the cookie sent along, and is told by its origin.
    isAllowed: (headers: IncomingHttpHeaders): boolean => hasToken(headers) || (headers.origin === origin && hasCookie(headers)),
  };
}
