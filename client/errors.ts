import type { Client } from '@temporalio/client';
import { workflowIds } from '../workflows/ids.ts';
import * as messages from '../workflows/messages.ts';
import { ErrorCategoryKey, HubSpotId, SyncStatus } from '../workflows/search-attributes.ts';
import { attentionQuery, readContactCounts, type ContactCounts } from '../workflows/visibility.ts';
import type { Calls } from './calls.ts';
import { SluiceFailure } from './failures.ts';

/** A contact that needs attention, and what it says of it. Times are ISO 8601. */
export interface ContactInNeed {
  hubspotId: string;
  name: string | null;
  category: messages.AttentionCategory;
  /** Null of a contact that did not answer. */
  code: string | null;
  /** What is wrong; of a contact that did not answer, why it did not. */
  message: string;
  remedy: string;
  firstSeenAt: string | null;
  lastSeenAt: string | null;
  attempts: number | null;
  nextAttemptAt: string | null;
  /** False: the contact is in error or in review by the list, but its workflow gave no answer. */
  answered: boolean;
}

/** What needs attention, by category. */
export interface CategoryInNeed {
  category: messages.AttentionCategory;
  /** By Temporal's list, a moment late. */
  count: number;
  /** Of those contacts that were asked. */
  firstSeenAt: string | null;
  lastSeenAt: string | null;
  example: { hubspotId: string; code: string | null; message: string } | null;
  remedy: string | null;
}

export interface ErrorReport {
  categories: CategoryInNeed[];
  contacts: ContactInNeed[];
  /** How many need attention; `limit` may leave some out of `contacts`. */
  total: number;
}

const askedAtOnce = 10;

/** Questions about everything that needs a person's attention. */
export function errorRequests(client: Client, connection: string, calls: Calls) {
  const count = async (query: string): Promise<number> => (await calls.call(() => client.workflow.count(query), '')).count;

  const listed = (category: messages.AttentionCategory | null, limit: number) => calls.call(async () => {
    const found: Pick<ContactInNeed, 'hubspotId' | 'name' | 'category'>[] = [];
    for await (const { workflowId, typedSearchAttributes, memo } of client.workflow.list({ query: attentionQuery(connection, category), pageSize: Math.min(limit, 1_000) })) {
      if (found.length >= limit) break;
      found.push({
        hubspotId: typedSearchAttributes.get(HubSpotId) ?? workflowId.split('/').at(-1) ?? '', name: typeof memo?.name === 'string' ? memo.name : null,
        category: typedSearchAttributes.get(SyncStatus) === 'needs-review' ? 'needs-review' : categoryOf(typedSearchAttributes.get(ErrorCategoryKey)),
      });
    }
    return found;
  }, '');

  /** Asks the contact's workflow; null where it needs no attention any more. */
  const asked = async ({ hubspotId, name, category }: Pick<ContactInNeed, 'hubspotId' | 'name' | 'category'>): Promise<ContactInNeed | null> => {
    try {
      const { error, review, next, since, name: nameNow } = await calls.query(workflowIds.contact(connection, hubspotId), messages.state, `The workflow of contact ${hubspotId} is gone.`);
      const known = { hubspotId, name: nameNow, answered: true } as const;
      if (error !== null) return { ...known, ...error };
      return review === null ? null : { ...known, category: 'needs-review', code: 'NEEDS_REVIEW', message: review.why, remedy: next ?? 'A person must decide.', firstSeenAt: since, lastSeenAt: since, attempts: null, nextAttemptAt: null };
    } catch (failure) {
      if (!(failure instanceof SluiceFailure) || failure.kind === 'no-server') throw failure;
      return { hubspotId, name, category, answered: false, code: null, message: failure.message, remedy: 'Ask again once its workflow answers.', firstSeenAt: null, lastSeenAt: null, attempts: null, nextAttemptAt: null };
    }
  };

  return {
    /** Contacts by status, and those in error by category. */
    contactCounts: (): Promise<ContactCounts> => readContactCounts(connection, count),
    /**
     * What needs attention: contacts in error and contacts in review, of one category or of all. At most `limit` contacts are asked for
     * the facts, newest first; one that does not answer is listed all the same.
     */
    errors: async ({ category, limit = 200 }: { category?: messages.AttentionCategory; limit?: number } = {}): Promise<ErrorReport> => {
      // Without a worker no contact would answer.
      await calls.query(workflowIds.connection(connection), messages.health);
      const wanted = category === undefined ? messages.attentionCategories : [category];
      const [counts, found] = await Promise.all([Promise.all(wanted.map((one) => count(attentionQuery(connection, one)))), listed(category ?? null, limit)]);
      const answers: (ContactInNeed | null)[] = [];
      let next = 0;
      await Promise.all(Array.from({ length: askedAtOnce }, async () => {
        for (let i = next++; i < found.length; i = next++) answers[i] = await asked(found[i] as (typeof found)[number]);
      }));
      const contacts = answers.filter((answer) => answer !== null).filter((answer) => category === undefined || answer.category === category);
      const categories = wanted.map((one, i) => categoryInNeed(one, counts[i] ?? 0, contacts.filter((contact) => contact.category === one)));
      return { categories: categories.filter((one) => one.count > 0 || one.example !== null), contacts, total: counts.reduce((sum, n) => sum + n, 0) };
    },
  };
}

/** As the list has it, until the contact has answered. */
const categoryOf = (text: string | undefined): messages.AttentionCategory => messages.attentionCategories.find((category) => category === text) ?? 'temporary';

function categoryInNeed(category: messages.AttentionCategory, count: number, contacts: readonly ContactInNeed[]): CategoryInNeed {
  const example = contacts.find(({ answered }) => answered) ?? contacts[0];
  const times = (key: 'firstSeenAt' | 'lastSeenAt'): string[] => contacts.flatMap((contact) => contact[key] ?? []).sort();
  return {
    category, count, firstSeenAt: times('firstSeenAt')[0] ?? null, lastSeenAt: times('lastSeenAt').at(-1) ?? null,
    example: example === undefined ? null : { hubspotId: example.hubspotId, code: example.code, message: example.message }, remedy: example?.remedy ?? null,
  };
}
