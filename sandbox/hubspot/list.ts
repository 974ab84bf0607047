import type { FilterBranch } from './filters.ts';

/** The object type id of contacts. */
export const CONTACTS = '0-1';

export type ProcessingType = 'MANUAL' | 'DYNAMIC' | 'SNAPSHOT';

/** A list ("segment") as stored. Times in epoch ms. */
export type List = {
  listId: string;
  listVersion: number;
  name: string;
  objectTypeId: string;
  processingType: ProcessingType;
  processingStatus: 'PROCESSING' | 'COMPLETE';
  createdAt: number;
  updatedAt: number;
  filtersUpdatedAt: number;
  deletedAt?: number;
  filterBranch?: FilterBranch;
};

/** `order` counts joins over the whole account. */
export type Membership = { first: number; last: number; order: number };
export type MembershipEvent = { listId: string; recordId: string; change: 'joined' | 'left'; at: number };
