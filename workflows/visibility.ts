import { errorCategories, type ErrorCategory } from '../sync/records.ts';
import { contactStatuses, type AttentionCategory, type ContactStatus } from './messages.ts';

/** The contacts of a connection that have a workflow, as a query of Temporal's visibility. */
export const contactsQuery = (connection: string): string => `WorkflowType = 'contactSync' AND ExecutionStatus = 'Running' AND Connection = '${connection}'`;

/** Of these: who needs a person's attention, by category, or all of them. */
export function attentionQuery(connection: string, category: AttentionCategory | null): string {
  const condition = category === null ? `SyncStatus IN ('error', 'needs-review')` : category === 'needs-review' ? `SyncStatus = 'needs-review'` : `SyncStatus = 'error' AND ErrorCategory = '${category}'`;
  return `${contactsQuery(connection)} AND ${condition}`;
}

/** How many contacts have a workflow, by status and, of those in error, by category; what has none is left out. A moment late. */
export interface ContactCounts {
  byStatus: Partial<Record<ContactStatus, number>>;
  errorsByCategory: Partial<Record<ErrorCategory, number>>;
}

/** What `SyncStatus` never holds, or not while the workflow runs. */
const notListed: readonly ContactStatus[] = ['syncing', 'merged'];

/** Reads the counts: eight questions, and eleven more only where contacts are in error. Temporal groups by no attribute of ours. */
export async function readContactCounts(connection: string, count: (query: string) => Promise<number>): Promise<ContactCounts> {
  const counts = async <Key extends string>(keys: readonly Key[], query: (key: Key) => string): Promise<Partial<Record<Key, number>>> => {
    const found = await Promise.all(keys.map(async (key) => [key, await count(query(key))] as const));
    return Object.fromEntries(found.filter(([, n]) => n > 0)) as Partial<Record<Key, number>>;
  };
  const byStatus = await counts(contactStatuses.filter((status) => !notListed.includes(status)), (status) => `${contactsQuery(connection)} AND SyncStatus = '${status}'`);
  const errorsByCategory = byStatus.error === undefined ? {} : await counts(errorCategories, (category) => attentionQuery(connection, category));
  return { byStatus, errorsByCategory };
}
