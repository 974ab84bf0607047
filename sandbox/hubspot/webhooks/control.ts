import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { targetUrl } from './routes.ts';
import type { Webhooks } from './webhooks.ts';

const probability = z.number().min(0).max(1);
const range = z.tuple([z.number().nonnegative(), z.number().nonnegative()]).refine(([least, most]) => least <= most, 'is no range: the first must not be above the second');
const change = z.strictObject({
  targetUrl: targetUrl.nullable(), delayMs: range, timeoutMs: z.number().positive(), duplicate: probability, reorder: z.boolean(),
  late: z.strictObject({ probability, ms: range }), drop: probability, random: z.int(), mergeDeletions: z.boolean(),
}).partial();

/** What tests may ask and change of the webhooks. */
export function webhookControl(app: FastifyInstance, webhooks: Webhooks): void {
  app.get('/_sandbox/webhooks', () => ({ ...webhooks.settings, ...webhooks.counts }));
  app.post('/_sandbox/webhooks', (request) => {
    webhooks.change(change.parse(request.body ?? {}));
    return webhooks.settings;
  });
  app.addHook('onResponse', (request, _reply, done) => {
    if (request.url === '/_sandbox/clock') webhooks.look();
    done();
  });
}
