import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { attentionCategories } from '../../workflows/messages.ts';
import { SluiceFailure } from '../../client/sluice-client.ts';
import { oneSegment } from './connection-routes.ts';
import { sendEvents } from './events.ts';
import { Refusal } from './failures.ts';
import type { ConsoleOptions } from './server.ts';

const resync = z.strictObject({ scope: z.enum(['segment', 'all', 'errors']), category: z.enum(attentionCategories).optional() });
const importing = z.strictObject({ object: z.enum(['Lead', 'Contact', 'both']), where: z.string().max(2_000).default('') });

/** The console's imports, told from others by it. */
const label = 'console';

/** Imports and resyncs: start, progress, pause and cancel. */
export function jobRoutes(app: FastifyInstance, { sluice, looks, workflowPage }: ConsoleOptions): void {
  const started = ({ workflowId, alreadyRunning }: { workflowId: string; alreadyRunning: boolean }) => ({ workflowId, alreadyRunning, page: workflowPage(workflowId) });
  const jobId = z.string().max(300).refine((id) => id.startsWith(`import/${sluice.connection}/`) || id.startsWith(`resync/${sluice.connection}/`), 'expected the id of an import or a resync of this connection');
  const job = z.object({ id: jobId });

  app.post('/api/jobs/resync', async (request) => {
    const { scope, ...input } = resync.parse(request.body);
    return started(await sluice.startResync(scope, input));
  });

  /** What choosing a segment, and then resyncing it, would come to; writes nothing. */
  app.post('/api/jobs/compare', async (request) => {
    const { segmentId } = oneSegment.parse(request.body);
    const seen = await looks.segment(segmentId);
    if ('unfit' in seen) throw new Refusal(404, `${seen.unfit} Choose another segment.`);
    const job = await sluice.startResync('preview', { segmentId });
    if (job.alreadyRunning) {
      const running = await sluice.progress(job.workflowId);
      if (running.job === 'resync' && running.choice?.segmentId !== segmentId) throw new Refusal(409, 'Another comparison is still under way: try again when it has ended.');
    }
    return started(job);
  });

  app.post('/api/jobs/import', async (request) => started(await sluice.startImport({ label, ...importing.parse(request.body) })));
  /** The import that was started last from here, running or not. */
  app.get('/api/jobs/import', async () => {
    const workflowId = sluice.jobId.import(label);
    const known = await sluice.progress(workflowId).catch((error: unknown) => {
      if (error instanceof SluiceFailure && error.kind === 'not-found') return null;
      throw error;
    });
    return { job: known === null ? null : started({ workflowId, alreadyRunning: false }) };
  });
  /** How many records an import would read. */
  app.post('/api/jobs/import/count', async (request) => {
    const { object, where } = importing.parse(request.body);
    const count = async (type: 'Lead' | 'Contact') => (object === type || object === 'both' ? looks.countRecords(type, where) : null);
    const [lead, contact] = await Promise.all([count('Lead'), count('Contact')]);
    if (typeof lead === 'string' || typeof contact === 'string') throw new Refusal(400, String(typeof lead === 'string' ? lead : contact));
    return { lead, contact };
  });

  app.get('/api/jobs/events', async (request, reply) => {
    const { id } = job.parse(request.query);
    return sendEvents(reply, () => sluice.watch(id));
  });
  app.post('/api/jobs/pause', async (request) => { await sluice.pauseJob(job.parse(request.body).id); return {}; });
  app.post('/api/jobs/resume', async (request) => { await sluice.resumeJob(job.parse(request.body).id); return {}; });
  app.post('/api/jobs/cancel', async (request) => { await sluice.cancelJob(job.parse(request.body).id); return {}; });
}
