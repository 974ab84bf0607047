import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { criteriaGroups } from '../../activities/hubspot/segmentCriteria.ts';
import { Refusal } from './failures.ts';
import type { ConsoleOptions } from './server.ts';

const criteria = z.strictObject({ groups: criteriaGroups });
const segment = criteria.extend({ name: z.string().trim().min(1, 'a segment needs a name: enter one').max(200) });
const params = z.object({ id: z.string().max(40) });

/** Segments: those that can be chosen, and a new one. */
export function segmentRoutes(app: FastifyInstance, { looks, hubspotSegments }: ConsoleOptions): void {
  app.get('/api/segments', async () => ({ segments: await looks.segments(), hubspot: await hubspotSegments() }));
  app.get('/api/segments/:id', async (request) => {
    const { id } = params.parse(request.params);
    const seen = await looks.segment(id);
    if ('unfit' in seen) throw new Refusal(404, `${seen.unfit} Choose another segment in the settings.`);
    return seen;
  });
  app.get('/api/properties', async () => ({ properties: await looks.properties() }));

  /** Not saved anywhere: a POST, since criteria may be long. */
  app.post('/api/segments/count', async (request) => looks.countCriteria(criteria.parse(request.body).groups));
  app.post('/api/segments', async (request, reply) => {
    const { name, groups } = segment.parse(request.body);
    const created = await looks.createSegment(name, groups);
    if ('fault' in created) throw new Refusal(400, created.fault);
    return reply.code(201).send(created);
  });
}
