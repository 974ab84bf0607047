import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { access } from '../access.ts';
import { APP_ID, type Account } from '../account.ts';
import { notFound } from '../errors.ts';
import { EVENT_TYPES } from './event.ts';
import type { Webhooks } from './webhooks.ts';

/** The key of the developer account that the app belongs to. */
const DEVELOPER_KEY = 'sandbox';

/** Where HubSpot would post to: an http or https address. */
export const targetUrl = z.url({ protocol: /^https?$/ });
const developerQuery = z.object({ hapikey: z.literal(DEVELOPER_KEY) });
const appParams = z.object({ appId: z.string() });
const subscriptionParams = z.object({ id: z.string() });
const settingsChange = z.object({ targetUrl, throttling: z.object({ maxConcurrentRequests: z.int().min(6, 'must be greater than 5') }) });
const create = z.object({ eventType: z.enum(EVENT_TYPES), propertyName: z.string().min(1).nullish(), active: z.boolean().default(false) });
const change = z.object({ active: z.boolean().optional() });

/** The app's webhook settings and subscriptions, for whoever has its developer key or a token of it. */
export function webhookRoutes(app: FastifyInstance, account: Account, webhooks: Webhooks, prefix: string): void {
  const bearer = access(account, []);
  const options = {
    onRequest: async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      if (Number(appParams.parse(request.params).appId) !== APP_ID) throw notFound('The app does not exist');
      return developerQuery.safeParse(request.query).success ? undefined : bearer.call(app, request, reply);
    },
  };
  const id = (request: FastifyRequest): string => subscriptionParams.parse(request.params).id;
  const { subscriptions } = webhooks;
  const settings = `${prefix}/:appId/settings`;
  const collection = `${prefix}/:appId/subscriptions`;

  const shown = (): unknown => {
    const { settings, createdAt, updatedAt } = webhooks;
    if (settings.targetUrl === null) throw notFound(`The app ${APP_ID} has no webhook settings`);
    return { targetUrl: settings.targetUrl, throttling: { maxConcurrentRequests: settings.maxConcurrentRequests }, createdAt, updatedAt };
  };
  app.get(settings, options, shown);
  app.put(settings, options, (request) => {
    const { targetUrl, throttling } = settingsChange.parse(request.body);
    webhooks.change({ targetUrl, maxConcurrentRequests: throttling.maxConcurrentRequests });
    return shown();
  });
  app.delete(settings, options, async (_request, reply) => {
    webhooks.change({ targetUrl: null });
    return reply.code(204).send();
  });

  app.get(collection, options, () => ({ results: subscriptions.list() }));
  app.post(collection, options, async (request, reply) => {
    const { eventType, propertyName, active } = create.parse(request.body);
    return reply.code(201).send(subscriptions.create(eventType, propertyName ?? undefined, active));
  });
  app.get(`${collection}/:id`, options, (request) => subscriptions.read(id(request)));
  app.patch(`${collection}/:id`, options, (request) => subscriptions.change(id(request), change.parse(request.body).active));
  app.delete(`${collection}/:id`, options, async (request, reply) => {
    subscriptions.delete(id(request));
    return reply.code(204).send();
  });
}
