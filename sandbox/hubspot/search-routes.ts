import type { FastifyInstance } from 'fastify';
import { access } from './access.ts';
import type { Account } from './account.ts';
import { answer } from './contact-answers.ts';
import { READ } from './contact-routes.ts';
import { search, searchRequest } from './search.ts';

export function searchRoutes(app: FastifyInstance, account: Account, prefix: string): void {
  app.post(`${prefix}/search`, { onRequest: access(account, READ, 'search') }, (request) => {
    const body = searchRequest.parse(request.body ?? {});
    const { total, page, next } = search(body, account.index.contacts(), account.properties);
    const results = page.map((contact) => answer(account, contact, { properties: body.properties ?? undefined }));
    return next === undefined ? { total, results } : { total, results, paging: { next: { after: next } } };
  });
}
