import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { refusal } from '../errors.ts';
import type { Org } from '../org.ts';
import { printDatetime } from '../values.ts';
import { ownUrl } from './describe.ts';
import { isObject, param, queryParam } from './request.ts';

export type SessionOptions = {
  clientId: string;
  clientSecret: string;
  /** How long an access token works, in ms; undefined for ever. */
  tokenLifeMs: number | undefined;
  /** The `instance_url` of token answers; null for the origin that was asked. */
  instanceUrl: string | null;
};

const VERSIONS = Array.from({ length: 19 }, (_, at) => 50 + at);
const SEASONS = ['Winter', 'Spring', 'Summer'];
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const claims = z.object({ iss: z.string(), sub: z.string(), exp: z.number() });

/** `67.0` is Summer '26: three versions a year. */
export function versionLabel(version: number): string {
  return `${SEASONS[(version - 50 + 1) % 3 === 0 ? 2 : ((version - 50 + 1) % 3) - 1] ?? ''} '${21 + Math.floor((version - 50) / 3)}`;
}

/** Whether a path's version is served: v50.0 to v68.0. */
export function servesVersion(text: string): boolean {
  return VERSIONS.some((version) => text === `v${version}.0`);
}

/** OAuth tokens, the identity that comes with them, and the list of API versions. */
export function sessionRoutes(app: FastifyInstance, org: Org, options: SessionOptions): void {
  app.setErrorHandler(async (error, _request, reply) => {
    const message = error instanceof Error ? error.message : String(error);
    return refuse(reply, 'invalid_request', message);
  });
  const form = (request: FastifyRequest): Record<string, unknown> => (isObject(request.body) ? request.body : {});

  app.post('/services/oauth2/token', async (request, reply) => {
    const body = form(request);
    const grant = body['grant_type'];
    if (grant === JWT_BEARER) return jwtBearer(request, reply, body['assertion']);
    if (grant !== 'client_credentials' && grant !== 'refresh_token') return refuse(reply, 'unsupported_grant_type', 'grant type not supported');
    const [id, secret] = credentials(request, body);
    if (id !== options.clientId) return refuse(reply, 'invalid_client_id', 'client identifier invalid');
    if (secret !== options.clientSecret && (grant === 'client_credentials' || secret !== undefined)) return refuse(reply, 'invalid_client', 'invalid client credentials');
    if (grant === 'client_credentials') return grantToken(request, org.identity.integrationUser, {});
    const given = typeof body['refresh_token'] === 'string' ? body['refresh_token'] : '';
    const found = org.tokens.find(given);
    if (found.kind !== 'refresh' || found.state !== 'valid') return refuse(reply, 'invalid_grant', 'expired access/refresh token');
    if (!org.behaviour.rotateRefreshTokens) return grantToken(request, found.about, {});
    org.tokens.revoke(given);
    return grantToken(request, found.about, { refresh_token: org.tokens.issue({ kind: 'refresh', prefix: '5Aep', about: found.about }) });
  });

  app.route({
    method: ['GET', 'POST'],
    url: '/services/oauth2/revoke',
    handler: async (request, reply) => {
      const token = form(request)['token'] ?? queryParam(request, 'token');
      if (typeof token !== 'string' || org.tokens.check(token) === 'unknown') return refuse(reply, 'unsupported_token_type', 'this token type is not supported');
      org.tokens.revoke(token);
      return reply.send('');
    },
  });

  app.route({ method: ['GET', 'POST'], url: '/services/oauth2/userinfo', handler: (request) => identityOf(request, bearer(org, request)) });
  app.get('/id/:org/:user', async (request, reply) => {
    try {
      const user = bearer(org, request);
      if (param(request, 'org') !== org.identity.orgId || param(request, 'user') !== user) return await reply.code(404).send('Not_Found');
      return identityOf(request, user);
    } catch {
      return reply.code(403).type('text/html').send('Bad_OAuth_Token');
    }
  });
  app.get('/services/data', () => VERSIONS.map((version) => ({ label: versionLabel(version), url: `/services/data/v${version}.0`, version: `${version}.0` })));

  async function jwtBearer(request: FastifyRequest, reply: FastifyReply, assertion: unknown): Promise<unknown> {
    const parsed = claims.safeParse(decodeClaims(assertion));
    if (!parsed.success || parsed.data.exp * 1000 <= org.clock.now()) return refuse(reply, 'invalid_grant', 'invalid assertion');
    if (parsed.data.iss !== options.clientId) return refuse(reply, 'invalid_client_id', 'client identifier invalid');
    const user = org.store.get('User', org.identity.integrationUser);
    if (parsed.data.sub !== user?.['Username']) return refuse(reply, 'invalid_grant', "user hasn't approved this consumer");
    return grantToken(request, org.identity.integrationUser, {});
  }

  function grantToken(request: FastifyRequest, userId: string, more: Record<string, string>): Record<string, string> {
    const prefix = `${org.identity.orgId.slice(0, 15)}!AQ`;
    const token = org.tokens.issue({ kind: 'access', prefix, ttlMs: options.tokenLifeMs, about: userId });
    const id = `${ownUrl(request)}/id/${org.identity.orgId}/${userId}`;
    const issuedAt = String(org.clock.now());
    const signature = createHmac('sha256', options.clientSecret).update(id + issuedAt).digest('base64');
    return { access_token: token, ...more, signature, scope: 'api', instance_url: options.instanceUrl ?? ownUrl(request), id, token_type: 'Bearer', issued_at: issuedAt };
  }

  function identityOf(request: FastifyRequest, userId: string): Record<string, unknown> {
    const user = org.store.get('User', userId) ?? {};
    const rest = `${ownUrl(request)}/services/data/v{version}/`;
    return {
      id: `${ownUrl(request)}/id/${org.identity.orgId}/${userId}`, sub: `${ownUrl(request)}/id/${org.identity.orgId}/${userId}`, asserted_user: true,
      user_id: userId, organization_id: org.identity.orgId, username: user['Username'], preferred_username: user['Username'], nick_name: user['Alias'],
      display_name: user['Name'], name: user['Name'], email: user['Email'], email_verified: true, first_name: user['FirstName'], last_name: user['LastName'],
      given_name: user['FirstName'], family_name: user['LastName'], timezone: 'GMT', zoneinfo: 'GMT', active: true, user_type: 'STANDARD', language: 'en_US',
      locale: 'en_US', utcOffset: 0, last_modified_date: printDatetime(Number(user['LastModifiedDate'] ?? 0)), is_app_installed: true,
      urls: { rest, sobjects: `${rest}sobjects/`, query: `${rest}query/`, recent: `${rest}recent/`, profile: `${ownUrl(request)}/${userId}` },
    };
  }
}

/** The user whose valid token the request bears. Throws 401 INVALID_SESSION_ID for any other. */
export function bearer(org: Org, request: FastifyRequest): string {
  const token = /^(?:Bearer|OAuth) +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const found = token === undefined ? undefined : org.tokens.find(token);
  if (found?.kind !== 'access' || found.state !== 'valid') throw refusal('INVALID_SESSION_ID', 'Session expired or invalid');
  return found.about;
}

function credentials(request: FastifyRequest, body: Record<string, unknown>): [unknown, unknown] {
  const basic = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic === undefined) return [body['client_id'], body['client_secret']];
  const [id, ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return [id, secret.join(':')];
}

/** The claims of a JWT. Its signature is not checked: the sandbox has no certificate of the client's. */
function decodeClaims(assertion: unknown): unknown {
  if (typeof assertion !== 'string') return undefined;
  try {
    return JSON.parse(Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

async function refuse(reply: FastifyReply, error: string, description: string): Promise<FastifyReply> {
  return reply.code(400).send({ error, error_description: description });
}
