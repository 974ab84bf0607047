import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refusal } from '../errors.ts';
import type { ObjectDefinition } from '../objects.ts';
import type { Org } from '../org.ts';
import { objectNamed } from '../read.ts';
import { quoted } from '../store.ts';
import { parseDatetime, printDatetime } from '../values.ts';
import { param, queryParam } from './request.ts';

const path = '/services/data/:version/sobjects/:type';
const DAY = 86_400_000;
const MOST = 600_000;

/** `/updated` and `/deleted`: the ids of records changed or deleted in a stretch of time. */
export function replicationRoutes(app: FastifyInstance, org: Org): void {
  app.get(`${path}/updated`, (request) => {
    const { object, start, end } = asked(request, 30);
    const rows = org.database.all(
      `SELECT "Id" FROM ${quoted(object.name)} WHERE "SystemModstamp" >= ? AND "SystemModstamp" < ?${object.name === 'User' ? '' : ' AND "IsDeleted" = 0'} ORDER BY "SystemModstamp", "Id" LIMIT ${MOST + 1}`,
      start, end,
    );
    demandAtMost(rows.length);
    return { ids: rows.map((row) => row['Id']), latestDateCovered: printDatetime(covered(end)) };
  });

  app.get(`${path}/deleted`, (request) => {
    const { object, start, end } = asked(request, 15);
    const rows = org.database.all('SELECT id, at FROM deletions WHERE object = ? AND at >= ? AND at < ? ORDER BY at, id', object.name, start, end);
    demandAtMost(rows.length);
    return {
      deletedRecords: rows.map((row) => ({ id: row['id'], deletedDate: printDatetime(Number(row['at'])) })),
      earliestDateAvailable: printDatetime(org.stamp() - 15 * DAY), latestDateCovered: printDatetime(covered(end)),
    };
  });

  function asked(request: FastifyRequest, days: number): { object: ObjectDefinition; start: number; end: number } {
    const object = objectNamed(org, param(request, 'type'));
    // A plus that was not encoded arrives as a space.
    const read = (name: string): number | undefined => parseDatetime((queryParam(request, name) ?? '').replace(' ', '+'));
    const [start, end] = [read('start'), read('end')];
    if (start === undefined || end === undefined) throw refusal('INVALID_REPLICATION_DATE', 'start and end must be given as ISO 8601 dates with a time zone');
    if (start >= end) throw refusal('INVALID_REPLICATION_DATE', 'startTime must be before endTime');
    if (start < org.clock.now() - days * DAY - 60_000) throw refusal('INVALID_REPLICATION_DATE', `startDate cannot be more than ${days} days ago`);
    return { object, start, end };
  }

  function covered(end: number): number {
    return Math.min(end, org.stamp());
  }
}

function demandAtMost(count: number): void {
  if (count > MOST) throw refusal('EXCEEDED_ID_LIMIT', `more than ${MOST} ids`);
}
