import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Clients } from '../cdc/clients.ts';
import { captured, cdcChange } from '../cdc/settings.ts';
import type { Org } from '../org.ts';
import { controlError } from './control.ts';

const gap = z.strictObject({
  object: z.enum(captured),
  /** Ids of records, or `003*` for all of an object; without them the empty id, as an overflow has it. */
  ids: z.array(z.string()).min(1).default(['000000000000000AAA']),
  changeType: z.string().default('GAP_OVERFLOW'),
});

const since = z.strictObject({ since: z.coerce.number().default(0) });

/** The control path of Change Data Capture: how events are captured, delivered, lost. */
export function cdcRoutes(app: FastifyInstance, org: Org, clients: Clients): void {
  app.setErrorHandler(controlError);
  app.get('/_sandbox/cdc', () => clients.state());
  app.post('/_sandbox/cdc', (request) => {
    clients.change(cdcChange.parse(request.body ?? {}));
    return clients.state();
  });
  // Records carry whole seconds; here each commit stands with its milliseconds.
  app.get('/_sandbox/cdc/events', (request) => ({ events: org.changes.committed(since.parse(request.query).since) }));
  app.post('/_sandbox/cdc/disconnect', () => ({ forgotten: clients.forget() }));
  app.post('/_sandbox/cdc/gap', { preHandler: (_request, _reply, done) => org.whenFree(done) }, (request) => {
    const { object, ids, changeType } = gap.parse(request.body);
    org.transaction(() => org.changes.gap(object, ids, changeType));
    return clients.state();
  });
}
