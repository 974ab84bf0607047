import type { ServerResponse } from 'node:http';
import { createLimiter } from '../../../activities/crm/limiter.ts';
import { createHubSpot } from '../../../activities/hubspot/index.ts';
import type { HubSpot, HubSpotAuth } from '../../../activities/hubspot/index.ts';
import { HastyClock } from '../crm/fakeClock.ts';
import { startFakeServer } from '../crm/fakeServer.ts';
import type { FakeServer, Heard } from '../crm/fakeServer.ts';

export interface FakePortal {
  server: FakeServer;
  hubspot: HubSpot;
  clock: HastyClock;
}

/** A client of a server whose answers the test decides. */
export async function startFakePortal(answer: (request: Heard, response: ServerResponse, index: number) => void, auth: HubSpotAuth = { kind: 'token', token: 'pat-secret' }): Promise<FakePortal> {
  const server = await startFakeServer(answer);
  const clock = new HastyClock();
  const limiter = createLimiter({ rate: { max: 100, intervalMs: 10_000 }, rates: { search: { max: 5, intervalMs: 1000 } }, clock });
  const hubspot = createHubSpot({ baseUrl: server.url, auth, limiter, clock, timeouts: { headers: 200, body: 200, whole: 10_000 } });
  return { server, hubspot, clock };
}

/** A contact as HubSpot answers it. */
export const contactJson = (id: string, properties: Record<string, string | null> = {}, more: object = {}): object => ({
  id,
  properties: { hs_object_id: id, ...properties },
  createdAt: '2026-01-01T00:00:00.123Z',
  updatedAt: '2026-01-02T00:00:00Z',
  archived: false,
  ...more,
});
