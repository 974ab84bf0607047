import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Token } from '../common/tokens.ts';
import { APP_ID, type Account } from './account.ts';
import { HubSpotError } from './errors.ts';

const USER_ID = 9;
const CLIENT = 'sandbox';

const client = { client_id: z.string(), client_secret: z.string() };
const grant = z.discriminatedUnion('grant_type', [
  z.object({ grant_type: z.literal('authorization_code'), code: z.string(), redirect_uri: z.string().optional(), ...client }),
  z.object({ grant_type: z.literal('refresh_token'), refresh_token: z.string(), ...client }),
  z.object({ grant_type: z.literal('client_credentials'), scope: z.string().optional(), ...client }),
]);
const tokenBody = z.object({ token: z.string() });
const tokenParams = z.object({ token: z.string() });

/** OAuth's own form of refusal. */
function refusal(error: string, status: string, message: string): { error: string; error_description: string; status: string; message: string } {
  return { error, error_description: message, status, message };
}

/** The token endpoints of both families; `dated` has client credentials, introspection and revocation. */
export function oauthRoutes(app: FastifyInstance, account: Account, prefix: string, dated: boolean): void {
  const { tokens } = account;

  app.post(`${prefix}/token`, async (request, reply) => {
    const parsed = grant.safeParse(request.body);
    if (!parsed.success) return reply.code(400).send(refusal('unsupported_grant_type', 'BAD_GRANT_TYPE', 'missing or unknown grant_type, or a parameter it needs is missing'));
    const asked = parsed.data;
    if (asked.client_id !== CLIENT) return reply.code(400).send(refusal('invalid_client', 'BAD_CLIENT_ID', 'missing or unknown client id'));
    if (asked.client_secret !== CLIENT) return reply.code(400).send(refusal('invalid_client', 'BAD_CLIENT_SECRET', 'missing or invalid client secret'));
    let refreshToken: string | undefined;
    if (asked.grant_type === 'client_credentials') {
      if (!dated) return reply.code(400).send(refusal('unsupported_grant_type', 'BAD_GRANT_TYPE', 'client_credentials is not supported here'));
    } else if (asked.grant_type === 'authorization_code') {
      if (usable(tokens.find(asked.code), 'code')) return reply.code(400).send(refusal('invalid_grant', 'BAD_AUTH_CODE', 'missing or unknown auth code'));
      tokens.revoke(asked.code);
      refreshToken = tokens.issue({ kind: 'refresh', prefix: 'refresh-' });
    } else {
      if (usable(tokens.find(asked.refresh_token), 'refresh')) return reply.code(400).send(refusal('invalid_grant', 'BAD_REFRESH_TOKEN', 'missing or invalid refresh token'));
      refreshToken = asked.refresh_token;
      if (account.rotateRefreshTokens) {
        tokens.revoke(asked.refresh_token);
        refreshToken = tokens.issue({ kind: 'refresh', prefix: 'refresh-' });
      }
    }
    const scopes = asked.grant_type === 'client_credentials' && asked.scope ? asked.scope.split(' ') : [...account.scopes];
    const accessToken = tokens.issue({ kind: 'oauth', prefix: 'oauth-', ttlMs: account.tokenTtlMs, about: JSON.stringify(scopes) });
    const common = { token_type: 'bearer', access_token: accessToken, expires_in: Math.floor(account.tokenTtlMs / 1000), ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }) };
    return dated ? { ...common, hub_id: account.portalId, user_id: USER_ID, scopes, token_use: asked.grant_type === 'client_credentials' ? 'client_credentials' : 'access_token' } : common;
  });

  const describe = (token: Token): Record<string, unknown> => ({
    hub_id: account.portalId,
    user_id: USER_ID,
    user: 'admin@sandbox.example',
    hub_domain: 'sandbox.example',
    ...(token.kind === 'refresh' ? { client_id: CLIENT, token_type: 'refresh' } : { app_id: APP_ID, token_type: 'access' }),
    scopes: [...account.scopes],
    token: token.token,
    ...(token.expiresAt === null ? {} : { expires_in: Math.max(0, Math.floor((token.expiresAt - account.clock.now()) / 1000)) }),
  });

  if (dated) {
    app.post(`${prefix}/token/introspect`, (request) => {
      const token = tokens.find(tokenBody.parse(request.body).token);
      return token.state === 'valid' ? { active: true, ...describe(token) } : { active: false };
    });
    app.post(`${prefix}/token/revoke`, async (request, reply) => {
      tokens.revoke(tokenBody.parse(request.body).token);
      return reply.code(200).send({});
    });
    return;
  }
  for (const kind of ['access', 'refresh']) {
    app.get(`${prefix}/${kind}-tokens/:token`, (request) => {
      const token = tokens.find(tokenParams.parse(request.params).token);
      if (token.state !== 'valid' || (token.kind === 'refresh') !== (kind === 'refresh')) throw new HubSpotError(404, 'OBJECT_NOT_FOUND', `${kind} token not found or expired`);
      return describe(token);
    });
  }
  app.delete(`${prefix}/refresh-tokens/:token`, async (request, reply) => {
    tokens.revoke(tokenParams.parse(request.params).token);
    return reply.code(204).send();
  });
}

/** Why a token cannot be used as that kind. */
function usable(token: Token, kind: string): string | undefined {
  return token.state === 'valid' && token.kind === kind ? undefined : token.state;
}
