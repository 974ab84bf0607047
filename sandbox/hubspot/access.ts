import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { z } from 'zod';
import type { Account } from './account.ts';
import { HubSpotError, rateLimited, validationError } from './errors.ts';

/**
 * What stands before a route: bearer token, limits, scopes. The token's failure is 401, a limit's 429, a missing scope's 403 MISSING_SCOPES. Any one of
 * the scopes suffices. A search has a limit of its own and no limit headers.
 */
export function access(account: Account, scopes: readonly string[], kind: 'call' | 'search' = 'call'): onRequestAsyncHookHandler {
  return async (request, reply): Promise<unknown> => {
    const tokenKind = authenticate(account, request);
    const refused = kind === 'call' ? takeCall(account, tokenKind, reply) : account.limited ? takeSearch(account) : undefined;
    if (refused) return reply.code(429).send(refused);
    if (scopes.length > 0 && !scopes.some((scope) => account.scopes.has(scope))) {
      throw new HubSpotError(403, 'MISSING_SCOPES', "This app hasn't been granted all required scopes to make this call.", [
        { message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: [...scopes] } },
      ]);
    }
    return undefined;
  };
}

function authenticate(account: Account, request: FastifyRequest): string {
  const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw new HubSpotError(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found. This API supports OAuth 2.0 authentication.');
  const token = account.tokens.find(bearer);
  if (token.state === 'expired') {
    const seconds = Math.floor((account.clock.now() - (token.expiresAt ?? 0)) / 1000);
    throw new HubSpotError(401, 'EXPIRED_AUTHENTICATION', `The OAuth token used to make this call expired ${seconds} second(s) ago.`);
  }
  if (token.state !== 'valid' || (token.kind !== 'private' && token.kind !== 'oauth')) {
    throw new HubSpotError(401, 'INVALID_AUTHENTICATION', 'Authentication credentials are invalid: the access token is unknown, revoked or of another kind.');
  }
  return token.kind;
}

function takeSearch(account: Account): unknown {
  if (account.takeDaily() < 0) return rateLimited('DAILY');
  return account.searches.take().allowed ? undefined : rateLimited('SECONDLY');
}

/** An account without limits says so in its answers: whoever holds to a rate goes by them. */
function takeCall(account: Account, tokenKind: string, reply: FastifyReply): unknown {
  const window = account.window(tokenKind);
  const taken = window.take();
  const counted = taken.allowed && account.limited;
  const left = counted ? account.takeDaily() : 0;
  reply.headers({
    'x-hubspot-ratelimit-max': window.limit,
    'x-hubspot-ratelimit-remaining': taken.remaining,
    'x-hubspot-ratelimit-interval-milliseconds': window.windowMs,
  });
  if (tokenKind === 'private' && counted) {
    reply.headers({ 'x-hubspot-ratelimit-daily': account.dailyLimit, 'x-hubspot-ratelimit-daily-remaining': Math.max(0, left) });
  }
  if (!taken.allowed) return rateLimited('TEN_SECONDLY_ROLLING');
  return left < 0 ? rateLimited('DAILY') : undefined;
}

/** Gives every error HubSpot's form. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler(async (error, _request, reply) => {
    if (error instanceof HubSpotError) return reply.code(error.status).send(error.body());
    if (error instanceof z.ZodError) return reply.code(400).send(validationError(`Invalid input JSON: ${z.prettifyError(error)}`).body());
    const status = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
    const message = error instanceof Error ? error.message : String(error);
    if (status < 500) return reply.code(status).send(validationError(message).body());
    // A bug of the sandbox: say so, rather than look like an outage of HubSpot.
    console.error(error);
    return reply.code(500).send(new HubSpotError(500, 'SANDBOX_BUG', message).body());
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply.code(404).send(new HubSpotError(404, 'OBJECT_NOT_FOUND', `resource not found: ${request.method} ${request.url.split('?')[0]}`).body()));
}
