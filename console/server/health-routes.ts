import type { FastifyInstance } from 'fastify';
import { errorsCsv } from '../../client/words/errors.ts';
import type { ConsoleOptions } from './server.ts';

const shown = 200;

/** What needs attention, how changes are noticed, and what is spent of both APIs. */
export function healthRoutes(app: FastifyInstance, { sluice }: ConsoleOptions): void {
  app.get('/api/errors', async () => {
    const [report, counts] = await Promise.all([sluice.errors({ limit: shown }), sluice.contactCounts()]);
    return { ...report, byStatus: counts.byStatus };
  });
  /** All of them, for a spreadsheet. */
  app.get('/api/errors/export', async (_request, reply) => {
    const report = await sluice.errors({ limit: Infinity });
    return reply.type('text/csv; charset=utf-8').header('content-disposition', 'attachment; filename="sluice-errors.csv"').send(errorsCsv(report));
  });
  app.get('/api/feeds', async () => ({ feeds: await sluice.feeds() }));
  app.get('/api/usage', async () => {
    const [{ calls }, made] = await Promise.all([sluice.health(), sluice.usage()]);
    return { calls, made };
  });
}
