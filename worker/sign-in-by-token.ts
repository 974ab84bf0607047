import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const cookieSeconds = 12 * 3_600;

/** Signing in by a token: a program shows it, and a browser once, after which a cookie stands for it. `purpose` tells cookies of one token apart. */
export function signInBy(token: string, cookieName: string, purpose: string) {
  // Not the token itself: a browser's store of cookies is read by more programs than this one.
  const pass = createHmac('sha256', token).update(purpose).digest('hex');
  return {
    isToken: (text: string): boolean => same(text, token),
    hasToken: ({ authorization = '' }: IncomingHttpHeaders): boolean => {
      const [, bearer] = /^Bearer +(.+)$/i.exec(authorization) ?? [];
      return bearer !== undefined && same(bearer, token);
    },
    hasCookie: ({ cookie = '' }: IncomingHttpHeaders): boolean => same(cookieIn(cookie, cookieName), pass),
    cookie: `${cookieName}=${pass}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${cookieSeconds}`,
  };
}

/** The value of a cookie in a `Cookie` header; '' where there is none. */
function cookieIn(header: string, name: string): string {
  const found = header.split(';').map((pair) => pair.trim()).find((pair) => pair.startsWith(`${name}=`));
  return found?.slice(name.length + 1) ?? '';
}

/** Compares in a time that tells nothing of either text, its length included. */
function same(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
