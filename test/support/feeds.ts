import type { Client } from '@temporalio/client';
import { z } from 'zod';
import { startFeeds } from '../../worker/connection.ts';
import { freePort } from '../../worker/ports.ts';
import { startReceiver } from '../../worker/webhooks/receiver.ts';
import * as m from '../../workflows/messages.ts';
import type { Crm } from '../../workflows/ids.ts';
import type { hubspotPerson, salesforcePerson } from './crms.ts';
import { until } from './until.ts';

export interface FeedsOptions {
  /** How the sandboxes send events: after how long, in ms; null sends none at all, so that polls alone notice. */
  delayMs?: [number, number] | null;
  feeds?: m.ChangeSettings['feeds'];
}

const held = z.looseObject({ held: z.number() });

interface Opened {
  connection: string;
  client: Client;
  hubspot: ReturnType<typeof hubspotPerson>;
  salesforce: ReturnType<typeof salesforcePerson>;
  main: { executeUpdate: (update: typeof m.changeSettings, options: { args: [m.ChangeSettings] }) => Promise<unknown> };
}

/** Starts the change feeds of an opened connection, with a webhook receiver, and waits until both have marked their place. */
export async function withFeeds(t: { after(end: () => Promise<void>): void }, s: Opened, { delayMs = [0, 20], feeds = {} }: FeedsOptions = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/hubspot/webhooks`;
  const receiver = await startReceiver({ webhooks: { host: '127.0.0.1', port, url, secret: 'sandbox' }, connection: s.connection, client: s.client });
  t.after(async () => {
    await s.hubspot.control('POST', 'webhooks', { targetUrl: null });
    await receiver.close();
  });
  await s.hubspot.control('POST', 'webhooks', { targetUrl: delayMs === null ? null : url, ...(delayMs !== null && { delayMs }) });
  await s.salesforce.control('POST', 'cdc', { enabled: delayMs !== null, ...(delayMs !== null && { delayMs }) });
  // Polls are as good as off, unless a test asks for them: what it sees then came by an event.
  const seconds = { joinersSeconds: 1, hubspotPollSeconds: 3_600, salesforcePollSeconds: 3_600, salesforcePollAloneSeconds: 3_600, ...feeds };
  await s.main.executeUpdate(m.changeSettings, { args: [{ feeds: seconds }] });
  await startFeeds(s.client, s.connection);
  const handle = (crm: Crm) => s.client.workflow.getHandle(`changes/${s.connection}/${crm}`);
  const feed = (crm: Crm) => handle(crm).query(m.feed);
  for (const crm of ['hubspot', 'salesforce'] as const) await until(`the ${crm} feed has marked its place`, async () => (await feed(crm)).readUpTo !== null);
  if (delayMs !== null) await until('change events are listened to', async () => held.parse(await s.salesforce.control('GET', 'cdc')).held > 0);
  return {
    feed,
    /** Has a feed poll now, and waits until it did. */
    poll: async (crm: Crm) => {
      const before = (await feed(crm)).lastPollAt;
      await handle(crm).signal(m.check);
      await until(`the ${crm} feed has polled`, async () => (await feed(crm)).lastPollAt !== before);
    },
  };
}
