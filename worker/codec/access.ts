import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const cookieName = 'sluice-codec';
const cookieSeconds = 12 * 3_600;

/** Who may have payloads read: whoever shows the token, or a browser that has shown it before and asks for the Web UI. */
export function accessBy(token: string, origin: string) {
  // Not the token itself: a browser's store of cookies is read by more programs than this one.
  const pass = createHmac('sha256', token).update(`cookie for ${origin}`).digest('hex');
  return {
    isToken: (text: string): boolean => same(text, token),
    isAllowed: (headers: IncomingHttpHeaders): boolean => {
      const [, bearer] = /^Bearer +(.+)$/i.exec(headers.authorization ?? '') ?? [];
      if (bearer !== undefined && same(bearer, token)) return true;
      // Another page at the same host would have the cookie sent along, and is told by its origin.
      return headers.origin === origin && same(cookieIn(headers.cookie ?? '', cookieName), pass);
    },
    cookie: `${cookieName}=${pass}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${cookieSeconds}`,
  };
}

/** The value of a cookie in a `Cookie` header; '' where there is none. */
export function cookieIn(header: string, name: string): string {
  const found = header.split(';').map((pair) => pair.trim()).find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? '';
}

/** Compares in a time that tells nothing of either text, its length included. */
export function same(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
