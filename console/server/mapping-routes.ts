import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { lazily } from '../../sync/lazily.ts';
import { checkMappings } from '../../sync/mapping.ts';
import { settingsChange } from '../../sync/settings.ts';
import { by } from './connection-routes.ts';
import { Refusal } from './failures.ts';
import type { ConsoleOptions } from './server.ts';

/** Field names as a query has them; '' for none. */
const field = z.string().regex(/^[A-Za-z][A-Za-z0-9_.]{0,99}$/, 'expected a property or field name');
const fields = z.object({ hubspot: field, lead: field.optional(), contact: field.optional() });
const list = lazily(() => settingsChange().pick({ mappings: true }).required());

/** Field mappings, held against both accounts. */
export function mappingRoutes(app: FastifyInstance, { sluice, looks }: ConsoleOptions): void {
  app.get('/api/mappings', async () => looks.mappings((await sluice.settings()).mappings));
  app.get('/api/mappings/samples', async (request) => looks.samples(fields.parse(request.query)));
  /** How a mapping would do that is not saved. */
  app.post('/api/mappings/try', async (request) => {
    const { mappings } = list().parse(request.body);
    const fault = checkMappings(mappings);
    if (fault !== null) throw new Refusal(400, fault);
    return { mappings: (await looks.mappings(mappings)).mappings };
  });
  /** The whole list takes the place of the old one. */
  app.put('/api/mappings', async (request) => {
    const { mappings } = list().parse(request.body);
    const settings = await sluice.changeSettings({ mappings, by });
    return looks.mappings(settings.mappings);
  });
}
