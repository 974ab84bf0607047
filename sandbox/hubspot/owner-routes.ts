import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { access } from './access.ts';
import { TIME_ZONE, type Account } from './account.ts';
import { notFound } from './errors.ts';
import { flag, idParams, limitOf, pagingToken, readPagingToken } from './requests.ts';

const page = z.object({ limit: z.string().optional(), after: z.string().optional(), email: z.string().optional(), archived: flag });
const one = z.object({ idProperty: z.enum(['id', 'userId']).default('id'), archived: flag });

export function ownerRoutes(app: FastifyInstance, account: Account, prefix: string): void {
  const read = { onRequest: access(account, ['crm.objects.owners.read']) };
  app.get(prefix, read, (request) => {
    const query = page.parse(request.query);
    const limit = limitOf(query.limit, 100, 500);
    const after = query.after === undefined ? 0 : Number(readPagingToken(query.after));
    const found = account.owners.list(query.archived, query.email).filter(({ id }) => Number(id) > after);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    return found.length > limit && last ? { results: shown, paging: { next: { after: pagingToken(last.id) } } } : { results: shown };
  });
  app.get(`${prefix}/:id`, read, (request) => {
    const { id } = idParams.parse(request.params);
    const { idProperty, archived } = one.parse(request.query);
    const owner = account.owners.list(archived).find((each) => (idProperty === 'id' ? each.id === id : String(each.userId) === id));
    if (!owner) throw notFound(`Owner ${id} does not exist`);
    return owner;
  });
}

/** Which account this is. */
export function accountInfoRoutes(app: FastifyInstance, account: Account, prefix: string): void {
  app.get(`${prefix}/details`, { onRequest: access(account, []) }, () => ({
    portalId: account.portalId,
    accountType: 'STANDARD',
    timeZone: TIME_ZONE,
    companyCurrency: 'USD',
    additionalCurrencies: [],
    utcOffset: '-05:00',
    utcOffsetMilliseconds: -18_000_000,
    uiDomain: 'app.hubspot.com',
    dataHostingLocation: 'na1',
  }));
}
