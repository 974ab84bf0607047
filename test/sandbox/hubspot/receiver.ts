import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../../../worker/ports.ts';

export const event = z.strictObject({
  eventId: z.int(), subscriptionId: z.int(), portalId: z.int(), appId: z.literal(1_234_567), occurredAt: z.int(), attemptNumber: z.int(), objectId: z.int(),
  subscriptionType: z.enum(['contact.creation', 'contact.propertyChange', 'contact.deletion', 'contact.restore', 'contact.privacyDeletion', 'contact.merge']),
  changeSource: z.string(), sourceId: z.string(), propertyName: z.string().optional(), propertyValue: z.string().optional(), changeFlag: z.enum(['NEW', 'DELETED']).optional(),
  primaryObjectId: z.int().optional(), mergedObjectIds: z.array(z.int()).optional(), newObjectId: z.int().optional(), numberOfPropertiesMoved: z.int().optional(),
});
export type Event = z.output<typeof event>;

export type Receiver = {
  port: number;
  /** What arrived, request by request. */
  posts: Event[][];
  events: () => Event[];
  /** Requests whose signature was not that of the address with `secret`. */
  forged: number;
  raw: string[];
  respond: (response: ServerResponse) => void;
  close: () => Promise<unknown>;
};

/** An HTTP server as an app would have, which checks signatures for itself; without a `port`, at one that stays free while it is closed. `uri` is the address as HubSpot is to sign it, from its path on. */
export async function receive(uri = '/hooks', port?: number): Promise<Receiver> {
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(port ?? await freePort(), '127.0.0.1'), 'listening');
  const address = server.address();
  const receiver: Receiver = {
    port: typeof address === 'object' && address ? address.port : 0,
    posts: [], raw: [], forged: 0,
    events: () => receiver.posts.flat(),
    respond: (response) => response.end(),
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(z.instanceof(Buffer).parse(chunk));
    const body = Buffer.concat(chunks);
    const timestamp = String(request.headers['x-hubspot-request-timestamp']);
    const signed = createHmac('sha256', 'sandbox').update(`${request.method}http://127.0.0.1:${receiver.port}${uri}`).update(body).update(timestamp).digest('base64');
    if (signed !== request.headers['x-hubspot-signature-v3'] || Math.abs(Number(timestamp) - Date.now()) > 300_000) receiver.forged += 1;
    receiver.raw.push(body.toString());
    receiver.posts.push(z.array(event).min(1).max(100).parse(JSON.parse(body.toString())));
    receiver.respond(response);
  };
  return receiver;
}

/** Waits for what takes its time; the test runner ends a wait for nothing. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}
