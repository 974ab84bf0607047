import { z } from 'zod';
import type { Clock } from '../crm/clock.ts';
import { holdSecret, holdToken } from '../crm/secrets.ts';

export type HubSpotAuth =
  | { kind: 'token'; token: string }
  | {
      kind: 'oauth';
      clientId: string;
      clientSecret: string;
      refreshToken: string;
      /** Keeps a rotated refresh token; awaited before the new access token is used. */
      onRotate?: (refreshToken: string) => Promise<void> | void;
    };

export const tokenSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  expires_in: z.number().positive(),
});
export type TokenAnswer = z.infer<typeof tokenSchema>;

/** Renewed this long before it ends, so that no call leaves with a token that ends on the way. */
const AHEAD_MS = 120_000;
/** A token refused when younger than this will not be helped by another one. */
const YOUNG_MS = 60_000;

export interface TokenSource {
  /** A token that is good for the next minutes. Concurrent renewals share one call. */
  current(): Promise<string>;
  /** Whether a 401 with this token can be cured: it was renewed meanwhile, or may be. */
  forget(token: string): boolean;
}

/** @param renew sends the form of a token request. */
export function openTokenSource(auth: HubSpotAuth, renew: (form: Record<string, string>) => Promise<TokenAnswer>, clock: Clock): TokenSource {
  for (const secret of auth.kind === 'token' ? [auth.token] : [auth.clientSecret, auth.refreshToken]) holdSecret(secret);
  if (auth.kind === 'token') return { current: () => Promise.resolve(auth.token), forget: () => false };

  let refreshToken = auth.refreshToken;
  let held: { token: string; since: number; until: number } | undefined;
  let renewal: Promise<string> | undefined;

  const renewed = async (): Promise<string> => {
    const form = { grant_type: 'refresh_token', client_id: auth.clientId, client_secret: auth.clientSecret, refresh_token: refreshToken };
    const answer = await renew(form);
    holdToken(answer.access_token);
    if (answer.refresh_token && answer.refresh_token !== refreshToken) {
      refreshToken = answer.refresh_token;
      holdToken(refreshToken);
      await auth.onRotate?.(refreshToken);
    }
    const lifeMs = answer.expires_in * 1000;
    const now = clock.now();
    held = { token: answer.access_token, since: now, until: now + lifeMs - Math.min(AHEAD_MS, lifeMs / 2) };
    return held.token;
  };

  return {
    current() {
      if (held && clock.now() < held.until) return Promise.resolve(held.token);
      renewal ??= renewed().finally(() => (renewal = undefined));
      return renewal;
    },
    forget(token) {
      if (!held || held.token !== token) return true;
      if (clock.now() - held.since < YOUNG_MS) return false;
      held = undefined;
      return true;
    },
  };
}
