import { z } from 'zod';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { criteriaOf } from './criteria.ts';
import { contactIdSchema } from './ids.ts';
import { PATHS } from './paths.ts';
import type { Requester } from './request.ts';
import type { HubSpot, Segment, SegmentMembership } from './types.ts';

const CONTACTS = '0-1';
const SEARCH_PAGE = 500;
const MEMBERS_PAGE = 250;
const MEMBERSHIPS_BATCH = 100;

const idSchema = z.union([z.string(), z.number()]).transform(String);

const listSchema = z.object({
  listId: idSchema,
  name: z.string(),
  objectTypeId: z.string(),
  processingType: z.string(),
  processingStatus: z.string(),
  size: z.number().nullish(),
  deletedAt: z.string().nullish(),
  filterBranch: z.unknown().optional(),
  additionalProperties: z.record(z.string(), z.string()).nullish(),
});
type List = z.infer<typeof listSchema>;

const membershipSchema = z
  .object({ listId: idSchema, firstAddedTimestamp: z.string().nullish(), lastAddedTimestamp: z.string().nullish() })
  .transform((row): SegmentMembership => ({ segmentId: row.listId, firstAddedAt: row.firstAddedTimestamp ?? null, lastAddedAt: row.lastAddedTimestamp ?? null }));

/** The rows that are as expected: an account may have a list of a kind that nobody here knows, which must not hide the others [TAP-299]. */
const known = <T extends z.ZodType>(row: T) => z.array(z.unknown()).transform((rows) => rows.flatMap((one): z.output<T>[] => {
  const parsed = row.safeParse(one);
  return parsed.success ? [parsed.data] : [];
}));

const membersSchema = z.object({
  total: z.number().nullish(),
  results: z.array(z.object({ recordId: contactIdSchema, membershipTimestamp: z.string() })),
  paging: z.object({ next: z.object({ after: z.string() }).nullish() }).nullish(),
});

const membersOf = ({ results, paging }: z.infer<typeof membersSchema>) => ({
  members: results.map(({ recordId, membershipTimestamp }) => ({ contactId: recordId, joinedAt: membershipTimestamp })),
  after: paging?.next?.after ?? null,
});

type SegmentCalls = Pick<HubSpot, 'segments' | 'segment' | 'segmentByName' | 'createSegment' | 'membershipPage' | 'joinedPage' | 'memberships'>;

/** Segments, as HubSpot now calls its lists: what they are, who is in them, and which of them a contact is in. */
export function segmentCalls(requester: Requester): SegmentCalls {
  const fetchSegment = async (path: string, call: Call): Promise<Segment | null> => {
    try {
      const { list } = await requester.send(
        { operation: 'read a segment', method: 'GET', path: `${PATHS.lists}${path}`, query: { includeFilters: true }, schema: z.object({ list: listSchema }), repeatable: true },
        call,
      );
      return list.deletedAt ? null : segmentOf(list);
    } catch (error) {
      if (error instanceof CrmFailure && error.status === 404) return null;
      throw error;
    }
  };

  return {
    async segments(call) {
      const found: Segment[] = [];
      for (let offset = 0, more = true; more; ) {
        const page = await requester.send(
          {
            operation: 'list the segments',
            method: 'POST',
            path: `${PATHS.lists}/search`,
            body: { query: '', processingTypes: ['DYNAMIC'], objectTypeId: CONTACTS, offset, count: SEARCH_PAGE, additionalProperties: ['hs_list_size'] },
            schema: z.object({ lists: known(listSchema), hasMore: z.boolean(), offset: z.number() }),
            repeatable: true,
          },
          call,
        );
        // The search may widen what we asked for; a static list can never be the inclusion segment.
        found.push(...page.lists.filter((list) => list.objectTypeId === CONTACTS && list.processingType === 'DYNAMIC' && !list.deletedAt).map(segmentOf));
        more = page.hasMore && page.offset > offset;
        offset = page.offset;
      }
      return found;
    },

    segment: (id, call) => fetchSegment(`/${encodeURIComponent(id)}`, call),
    segmentByName: (name, call) => fetchSegment(`/object-type-id/${CONTACTS}/name/${encodeURIComponent(name)}`, call),

    async createSegment({ name, filterBranch }, call) {
      const { list } = await requester.send(
        {
          operation: 'create a segment', method: 'POST', path: PATHS.lists,
          body: { name, objectTypeId: CONTACTS, processingType: 'DYNAMIC', filterBranch },
          schema: z.object({ list: listSchema }), repeatable: false,
        },
        call,
      );
      return segmentOf(list);
    },

    async membershipPage(segmentId, { after, limit = MEMBERS_PAGE }, call) {
      const page = await requester.send(
        {
          operation: 'read the members of a segment',
          method: 'GET',
          path: `${PATHS.lists}/${encodeURIComponent(segmentId)}/memberships`,
          query: { limit: Math.min(limit, MEMBERS_PAGE), after },
          schema: membersSchema,
          repeatable: true,
        },
        call,
      );
      return membersOf(page);
    },

    async joinedPage(segmentId, after, call) {
      const page = await requester.send(
        {
          operation: 'read who joined a segment',
          method: 'GET',
          path: `${PATHS.lists}/${encodeURIComponent(segmentId)}/memberships/join-order`,
          query: { limit: MEMBERS_PAGE, after },
          schema: membersSchema,
          repeatable: true,
        },
        call,
      );
      return { ...membersOf(page), total: page.total ?? null };
    },

    async memberships(ids, call) {
      const found = new Map<HubSpotContactId, SegmentMembership[]>();
      for (const batch of chunks([...new Set(ids)], MEMBERSHIPS_BATCH)) {
        const { results } = await requester.send(
          {
            operation: 'read the segments of contacts',
            method: 'POST',
            path: `${PATHS.lists}/records/memberships/batch/read`,
            body: { inputs: batch.map((recordId) => ({ objectTypeId: CONTACTS, recordId })) },
            schema: z.object({ results: z.array(z.object({ recordId: contactIdSchema, recordListMemberships: known(membershipSchema) })) }),
            repeatable: true,
          },
          call,
        );
        for (const id of batch) found.set(id, results.find((row) => row.recordId === id)?.recordListMemberships ?? []);
      }
      return found;
    },
  };
}

function segmentOf(list: List): Segment {
  const listed = Number(list.additionalProperties?.['hs_list_size'] ?? NaN);
  return {
    id: list.listId,
    name: list.name,
    objectTypeId: list.objectTypeId,
    processingType: list.processingType,
    processingStatus: list.processingStatus,
    size: list.size ?? (Number.isNaN(listed) ? null : listed),
    criteria: list.filterBranch ? criteriaOf(list.filterBranch) : null,
  };
}
