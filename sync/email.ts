/** The syntax of email addresses: what identifies a contact in both CRMs. */

const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** The form in which emails compare: trimmed, lower case; null where blank. Says nothing about validity. */
export function normaliseEmail(email: string | null | undefined): string | null {
  const normal = (email ?? '').trim().toLowerCase();
  return normal === '' ? null : normal;
}

/** Whether both CRMs accept the address, by syntax alone: ASCII, dot-atom before the @, a domain with a dot after it. */
export function isValidEmail(email: string | null | undefined): boolean {
  const normal = normaliseEmail(email);
  if (normal === null || normal.length > 254) return false;
  const at = normal.lastIndexOf('@');
  return at !== -1 && at <= 64 && LOCAL.test(normal.slice(0, at)) && DOMAIN.test(normal.slice(at + 1));
}
