import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { lazily } from '../../sync/lazily.ts';
import { settingsChange } from '../../sync/settings.ts';
import { sendEvents, whenChanged } from './events.ts';
import type { ConsoleOptions } from './server.ts';

const everyMs = 2_000;
/** Who changes a setting, as its history shows it. */
export const by = 'the console';
const segmentId = z.string().regex(/^\d{1,20}$/, 'expected the id of a segment');
/** One segment. */
export const oneSegment = z.strictObject({ segmentId });
const plainSettings = lazily(() => settingsChange().pick({ createAs: true, contactForAccountDomain: true, createInHubSpot: true, deletes: true }));
const change = z.object({ before: segmentId.optional(), after: segmentId.optional() });

/** The connection's settings and the inclusion segment. */
export function connectionRoutes(app: FastifyInstance, { sluice, looks }: ConsoleOptions): void {
  const now = async () => {
    const [settings, health] = await Promise.all([sluice.settings(), sluice.health()]);
    return { settings, health };
  };
  app.get('/api/connection', now);
  app.get('/api/connection/events', async (_request, reply) => sendEvents(reply, (gone) => whenChanged(everyMs, now, gone)));

  /** Answers the settings after the choice, and which segment was in force before it. */
  app.put('/api/connection/segment', async (request) => {
    const { segmentId } = oneSegment.parse(request.body);
    const { segment: before } = await sluice.settings();
    return { settings: await sluice.selectSegment(segmentId, by), before };
  });
  app.delete('/api/connection/segment', async () => {
    const { segment: before } = await sluice.settings();
    return { settings: await sluice.clearSegment(by), before };
  });

  /** The settings of creation and deletion; what is not named stays. */
  app.put('/api/connection/settings', async (request) => ({ settings: await sluice.changeSettings({ ...plainSettings().parse(request.body), by }) }));

  /** Who entered and who left as `after` took the place of `before`; without one of them: everybody. */
  app.get('/api/connection/segment/change', async (request) => {
    const { before = null, after = null } = change.parse(request.query);
    return looks.membershipChange(before, after);
  });
}
