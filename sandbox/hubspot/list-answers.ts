import type { List, Membership } from './list.ts';
import type { Lists } from './lists.ts';
import { hubspotTime } from './times.ts';

function common(list: List): Record<string, unknown> {
  return {
    listId: list.listId,
    listVersion: list.listVersion,
    name: list.name,
    objectTypeId: list.objectTypeId,
    processingType: list.processingType,
    processingStatus: list.processingStatus,
    createdAt: hubspotTime(list.createdAt),
    updatedAt: hubspotTime(list.updatedAt),
    filtersUpdatedAt: hubspotTime(list.filtersUpdatedAt),
    createdById: '9',
    updatedById: '9',
  };
}

/** A list as the single and by-id calls show it; its filters only when asked for. */
export function listAnswer(lists: Lists, list: List, includeFilters: boolean): Record<string, unknown> {
  return {
    ...common(list),
    size: lists.memberships.size(list.listId),
    ...(includeFilters && list.filterBranch ? { filterBranch: list.filterBranch } : {}),
  };
}

/** A list as the search shows it: the size is text among the additional properties. */
export function searchAnswer(lists: Lists, list: List, additional: readonly string[]): Record<string, unknown> {
  const all: Record<string, string> = {
    hs_list_size: String(lists.memberships.size(list.listId)),
    hs_list_reference_count: '0',
    hs_lastmodifieddate: hubspotTime(list.updatedAt),
    hs_createdate: hubspotTime(list.createdAt),
  };
  const shown = new Set(['hs_list_size', 'hs_list_reference_count', ...additional]);
  return { ...common(list), additionalProperties: Object.fromEntries(Object.entries(all).filter(([name]) => shown.has(name))) };
}

export function membershipAnswer(list: List, membership: Membership): Record<string, unknown> {
  return {
    listId: list.listId,
    listVersion: list.listVersion,
    isPublicList: false,
    firstAddedTimestamp: hubspotTime(membership.first),
    lastAddedTimestamp: hubspotTime(membership.last),
  };
}
