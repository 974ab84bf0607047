import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { guard } from './guard.ts';
import type { ConsoleOptions } from './server.ts';

const form = z.object({ token: z.string().max(1_000) });

/** The console's pages. Which page it is, the browser knows by the path; a path of no page is told so there. */
export function pageRoutes(app: FastifyInstance, { assets }: ConsoleOptions, asked: () => ReturnType<typeof guard>): void {
  const send = ({ headers }: FastifyRequest, reply: FastifyReply, path: string): FastifyReply | null => {
    const asset = assets.get(path);
    if (asset === undefined) return null;
    const zipped = /\bgzip\b/.test(String(headers['accept-encoding']));
    reply.type(asset.type).header('vary', 'accept-encoding');
    return zipped ? reply.header('content-encoding', 'gzip').send(asset.gzip) : reply.send(asset.body);
  };
  app.post('/sign-in', (request, reply) => {
    const { data } = form.safeParse(request.body);
    if (data === undefined || !asked().isToken(data.token)) return signIn(reply.code(401), 'This is not the token.');
    return reply.header('set-cookie', asked().cookie).redirect('/', 303);
  });
  app.get('/api/*', async (_request, reply) => reply.code(404).send({ message: 'There is nothing here.' }));
  app.get('/assets/*', async (request, reply) =>
    // Their names change with what they hold.
    send(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), request.url) ?? reply.header('cache-control', 'no-store').code(404).send({ message: 'There is nothing here.' }));
  app.get('/*', (request, reply) => (asked().signedIn(request.headers) ? send(request, reply, '/index.html') ?? reply.code(404).send() : signIn(reply.code(401), null)));
}

const signIn = (reply: FastifyReply, fault: string | null): FastifyReply => reply.type('text/html; charset=utf-8').send(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sluice: sign in</title></head>
<body><h1>Sluice</h1>
${fault === null ? '' : `<p role="alert"><strong>${fault}</strong></p>`}
<form method="post" action="/sign-in">
<label>SLUICE_CONSOLE_TOKEN <input type="password" name="token" autocomplete="current-password" required autofocus></label>
<button>Sign in</button>
</form></body></html>
`);
