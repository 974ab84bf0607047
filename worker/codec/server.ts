import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import * as z from 'zod';
import { CannotDecrypt, encryptionCodec } from '../encryption/codec.ts';
import type { Environment } from '../environment.ts';
import { jsonIn, refusals, statusOf } from '../http-refusals.ts';
import { UserError } from '../user-error.ts';
import { accessBy } from './access.ts';
import { payloadsAnswer, payloadsInput } from './payloads.ts';
import { signedInPage, signInPage } from './sign-in.ts';

export interface CodecServerOptions {
  codec: NonNullable<Environment['codec']>;
  encryptionKeys: Environment['encryptionKeys'];
}

export interface CodecServer {
  /** `http://127.0.0.1:4040`, what the Web UI and the `temporal` program take as codec endpoint. */
  address: string;
  close(): Promise<void>;
}

const refuse = refusals({
  400: 'Expected Temporal\'s payloads as JSON: {"payloads": [{"metadata": {...}, "data": "<base64>"}]}.',
  401: 'The bearer token is missing or wrong: give the one of SLUICE_CODEC_TOKEN.',
  403: 'This origin is not the one of SLUICE_CODEC_ORIGIN.',
  413: 'The body is larger than 8 MB.',
});

const host = '127.0.0.1';
const bodyLimit = 8 * 1024 * 1024;
const methods = new Map([['/encode', ['POST', 'OPTIONS']], ['/decode', ['POST', 'OPTIONS']], ['/', ['GET', 'HEAD', 'POST']]]);
const signIn = z.object({ token: z.string().max(1_000) });

/**
 * Decrypts payloads for whoever shows the token, and encrypts what is to be sent: for Temporal's Web UI of one origin and for its
 * `temporal` program. Nothing of a payload is logged.
 *
 * @throws UserError where the port is not to be had.
 */
export async function startCodecServer(options: CodecServerOptions): Promise<CodecServer> {
  const app = createCodecServer(options);
  const { port } = options.codec;
  try {
    return { address: await app.listen({ host, port }), close: () => app.close() };
  } catch (error) {
    await app.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UserError(`The codec server cannot listen on port ${port} (${code}): end the program that holds it, or set SLUICE_CODEC_PORT to another port.`);
  }
}

function createCodecServer({ codec: { origin, token }, encryptionKeys }: CodecServerOptions): FastifyInstance {
  const access = accessBy(token, origin);
  const codec = encryptionCodec(encryptionKeys);
  const app = fastify({ bodyLimit, requestTimeout: 10_000, forceCloseConnections: true, frameworkErrors: (_error, _request, reply) => { void refuse(reply, 404); } });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request, reply) => {
    const path = request.url.replace(/\?.*$/s, '');
    const allowed = methods.get(path);
    if (allowed === undefined) return refuse(reply, 404);
    if (!allowed.includes(request.method)) return refuse(reply.header('allow', allowed.join(', ')), 405);
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    if (path === '/') return undefined;
    reply.header('vary', 'origin');
    if (request.headers.origin === origin) reply.header('access-control-allow-origin', origin).header('access-control-allow-credentials', 'true');
    else if (request.headers.origin !== undefined) return refuse(reply, 403);
    if (request.method === 'POST' && !access.isAllowed(request.headers)) return refuse(reply.header('www-authenticate', 'Bearer'), 401);
    return undefined;
  });
  app.setErrorHandler(async (error, _request, reply) => refuse(reply, statusOf(error)));

  for (const what of ['encode', 'decode'] as const) {
    app.options(`/${what}`, (_request, reply) => reply.code(204)
      .header('access-control-allow-methods', 'POST').header('access-control-allow-headers', 'authorization, content-type, x-namespace').header('access-control-max-age', '600').send());
    app.post(`/${what}`, async (request, reply) => {
      const { data } = payloadsInput.safeParse(jsonIn(request.body));
      if (data === undefined) return refuse(reply, 400);
      try {
        return payloadsAnswer(await codec[what](data.payloads));
      } catch (error) {
        if (error instanceof CannotDecrypt) return reply.code(400).send({ message: error.message });
        throw error;
      }
    });
  }

  app.get('/', (_request, reply) => page(reply, signInPage(origin, null)));
  app.post('/', (request, reply) => {
    const { data } = signIn.safeParse(Object.fromEntries(new URLSearchParams(typeof request.body === 'string' ? request.body : '')));
    if (data === undefined || !access.isToken(data.token)) return page(reply.code(401), signInPage(origin, 'This is not the token.'));
    return page(reply.header('set-cookie', access.cookie), signedInPage(origin));
  });
  return app;
}

const page = (reply: FastifyReply, html: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').header('content-security-policy', "default-src 'none'; form-action 'self'; frame-ancestors 'none'").send(html);
