import { withoutSecrets } from '../../sync/errors.ts';

/** Shorter ones would be found in ordinary words. */
const shortest = 8;
/** Tokens are renewed for as long as the process lives, and a vendor speaks of late ones. */
const mostTokens = 100;
const secrets = new Set<string>();
const tokens = new Set<string>();

/** Has what this process was given to log in with left out of every failure from now on. */
export function holdSecret(secret: string): void {
  for (const text of forms(secret)) secrets.add(text);
}

/** The same for a token that will be followed by others: the newest are held. */
export function holdToken(token: string): void {
  for (const text of forms(token)) tokens.add(text);
  for (const oldest of tokens) {
    if (tokens.size <= mostTokens) break;
    tokens.delete(oldest);
  }
}

/** A vendor's words without our credentials, and without what looks like anybody's. */
export function conceal(text: string): string {
  let clean = text;
  for (const held of [...secrets, ...tokens]) clean = clean.replaceAll(held, '[removed]');
  return withoutSecrets(clean);
}

/** As it is and as a URL has it. */
const forms = (secret: string): string[] => (secret.length < shortest ? [] : [secret, encodeURIComponent(secret)]);
