import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { ListedContact } from '../../client/sluice-client.ts';
import { contactStatuses, resolveInput } from '../../workflows/messages.ts';
import { by } from './connection-routes.ts';
import { sendEvents, whenChanged } from './events.ts';
import { Refusal } from './failures.ts';
import type { ConsoleOptions } from './server.ts';

const everyMs = 1_000;
const most = 50;
const search = z.object({ q: z.string().trim().max(200).default(''), status: z.enum(contactStatuses).optional() });
const params = z.object({ id: z.string().regex(/^[1-9]\d{0,19}$/, 'expected a HubSpot contact id: digits') });
const salesforceId = /^(003|00Q)[A-Za-z0-9]{15}$/;

/** A contact in a list; `status` is null where it has no workflow yet. */
export interface ContactLine {
  hubspotId: string;
  name: string;
  email: string | null;
  status: string | null;
  lastSyncedAt: string | null;
}

/** Contacts: search, and one contact with what it says of itself. */
export function contactRoutes(app: FastifyInstance, { sluice, looks, workflowPage }: ConsoleOptions): void {
  const line = ({ hubspotId, name, status, lastSyncedAt }: ListedContact): ContactLine => ({ hubspotId, name: name ?? `Contact ${hubspotId}`, email: null, status, lastSyncedAt });
  /** Looks first, so that an id out of an address gets no workflow where HubSpot has no such contact. */
  const known = async (request: { params: unknown }): Promise<string> => {
    const { id } = params.parse(request.params);
    const [{ total }, seen] = await Promise.all([sluice.listContacts({ hubspotIds: [id], limit: 1 }), looks.contactById(id).catch(() => undefined)]);
    if (total === 0 && seen === null) throw new Refusal(404, `HubSpot has no contact ${id}, and Sluice knows of none: search for it by its email or name.`);
    return id;
  };

  app.get('/api/contacts', async (request): Promise<{ contacts: ContactLine[]; total: number }> => {
    const { q, status } = search.parse(request.query);
    const filter = status === undefined ? {} : { status };
    if (q === '' || salesforceId.test(q)) {
      const { contacts, total } = await sluice.listContacts({ ...filter, ...(q !== '' && { salesforceId: q }), limit: most });
      return { contacts: contacts.map(line), total };
    }
    const found = /^\d{1,20}$/.test(q) ? await looks.contactById(q).then((seen) => ({ contacts: seen === null ? [] : [seen], total: seen === null ? 0 : 1 })) : await looks.findContacts(q, most);
    const { contacts: listed } = await sluice.listContacts({ hubspotIds: found.contacts.map(({ hubspotId }) => hubspotId), limit: most });
    const lines = found.contacts.map((seen): ContactLine => {
      const own = listed.find(({ hubspotId }) => hubspotId === seen.hubspotId);
      return { ...seen, status: own?.status ?? null, lastSyncedAt: own?.lastSyncedAt ?? null };
    });
    const shown = status === undefined ? lines : lines.filter((one) => one.status === status);
    return { contacts: shown, total: status === undefined ? found.total : shown.length };
  });

  app.get('/api/contacts/:id', async (request) => {
    const id = await known(request);
    const state = await sluice.contact(id);
    return { state, history: await sluice.contactHistory(id), page: workflowPage(`contact/${sluice.connection}/${id}`) };
  });
  app.get('/api/contacts/:id/preview', async (request) => sluice.preview(await known(request)));
  app.get('/api/contacts/:id/events', async (request, reply) => {
    const id = await known(request);
    return sendEvents(reply, (gone) => whenChanged(everyMs, () => sluice.contact(id), gone));
  });

  app.post('/api/contacts/:id/resync', async (request) => {
    const id = await known(request);
    await sluice.resyncContact(id, by);
    return sluice.settledContact(id);
  });
  app.post('/api/contacts/:id/pause', async (request) => { await sluice.pauseContact(await known(request)); return {}; });
  app.post('/api/contacts/:id/resume', async (request) => { await sluice.resumeContact(await known(request)); return {}; });
  app.post('/api/contacts/:id/keep', async (request) => { await sluice.keepContact(await known(request)); return {}; });
  app.post('/api/contacts/:id/resolve', async (request) => {
    const { salesforceId: meant } = resolveInput().pick({ salesforceId: true }).parse(request.body);
    return sluice.resolveContact(await known(request), meant);
  });
}
