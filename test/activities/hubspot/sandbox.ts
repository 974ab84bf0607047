import { createLimiter } from '../../../activities/crm/limiter.ts';
import { createHubSpot } from '../../../activities/hubspot/index.ts';
import type { HubSpot } from '../../../activities/hubspot/index.ts';
import { contactIdSchema } from '../../../activities/hubspot/ids.ts';
import type { HubSpotContactId } from '../../../sync/records.ts';
import { startHubSpotSandbox } from '../../../sandbox/hubspot/start.ts';
import type { HubSpotSandboxOptions } from '../../../sandbox/hubspot/start.ts';

export interface Portal {
  hubspot: HubSpot;
  url: string;
  /** A person's side and the sandbox's switches: `POST /_sandbox/{name}`. */
  control(name: string, body: object): Promise<unknown>;
  /** The API calls since the sandbox began. */
  calls(): Promise<number>;
  close(): Promise<void>;
}

/** An account with the contacts of the seed, and a client of it. */
export async function openPortal(options: Partial<HubSpotSandboxOptions> = {}): Promise<Portal> {
  const sandbox = await startHubSpotSandbox({ port: 0, segmentLagMs: 0, ...options });
  const limiter = createLimiter({ rate: { max: 190, intervalMs: 10_000 }, rates: { search: { max: 5, intervalMs: 1000 } } });
  return {
    hubspot: createHubSpot({ baseUrl: sandbox.url, auth: { kind: 'token', token: 'pat-sandbox' }, limiter }),
    url: sandbox.url,
    async control(name, body) {
      const response = await fetch(`${sandbox.url}/_sandbox/${name}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
      const text = await response.text();
      if (!response.ok) throw new Error(`${name}: ${text}`);
      return text === '' ? null : (JSON.parse(text) as unknown);
    },
    async calls() {
      const { total } = (await (await fetch(`${sandbox.url}/_sandbox/calls`)).json()) as { total: number };
      return total;
    },
    close: () => sandbox.close(),
  };
}

export const contactId = (id: string | number): HubSpotContactId => contactIdSchema.parse(id);
