import type { Activities } from '../../../activities/index.ts';
import type { JobLook } from '../../../activities/page/list-job.ts';
import type { ImportPage, ImportScope } from '../../../activities/page/list.ts';
import type { HubSpotContactId } from '../../../sync/records.ts';

export type JobFakes = Pick<Activities, 'listPages' | 'beginListJob' | 'lookAtListJob' | 'endListJob' | 'importPage' | 'findMembers' | 'fillPage' | 'listContacts' | 'resyncPage' | 'relabelPage' | 'handOver'>;

/** What a job goes through: contacts `1` to `contacts`, in pages. */
export interface FakeAccount {
  contacts: number;
  pageSize: number;
  /** Pages that one list of an import names. */
  pagesPerList: number;
  /** From how many contacts on a bulk query job lists them. */
  byJobAbove: number;
  /** Looks at such a job before it is done. */
  looks: number;
  /** What becomes of the next jobs: each word ends one look at a job that was not lost yet. */
  loses: string[];
  /** Why no job is taken. */
  refusesJobs: string | null;
  /** Jobs in the order of their begin. */
  listJobs: { id: string; after: string; looks: number; ended: boolean }[];
  looksAfterSeconds: number[];
  member: (id: string) => boolean;
  /** Runs before each activity does anything: may wait or throw. */
  before: (activity: keyof JobFakes) => void | Promise<void>;
  /** The activities that ran to their end, in the order of their ends. */
  done: (keyof JobFakes)[];
  /** What the lists of a resync were asked for. */
  listed: { scope: string; category: string | null }[];
  /** The contacts whose workflows were created or told. */
  handedOver: string[];
  inFlight: { now: number; most: number };
}

const asIds = (ids: readonly string[]) => ids as HubSpotContactId[];
const pack = (ids: readonly string[]): string | null => (ids.length === 0 ? null : JSON.stringify(ids));
const unpack = (packed: string): string[] => JSON.parse(packed) as string[];

/** Bulk activities over an account that is a number of contacts; their counts are right, their handovers are lists of ids. */
export function fakeAccount(over: Partial<FakeAccount> = {}): { account: FakeAccount; activities: JobFakes } {
  const account: FakeAccount = {
    contacts: 10, pageSize: 2, pagesPerList: 3, looksAfterSeconds: [0], byJobAbove: Infinity, looks: 1, loses: [], refusesJobs: null, listJobs: [], member: () => true, before: () => undefined,
    done: [], listed: [], handedOver: [], inFlight: { now: 0, most: 0 }, ...over,
  };
  const between = (after: string | null, upTo: number): string[] =>
    Array.from({ length: Math.max(0, Math.min(upTo, account.contacts) - Number(after ?? 0)) }, (_, i) => String(Number(after ?? 0) + 1 + i));
  const running = async <T>(name: keyof JobFakes, answer: () => T): Promise<T> => {
    const { inFlight } = account;
    inFlight.now += 1;
    inFlight.most = Math.max(inFlight.most, inFlight.now);
    try {
      await account.before(name);
      const answered = answer();
      account.done.push(name);
      return answered;
    } finally {
      inFlight.now -= 1;
    }
  };
  /** All records are Contacts: there are no Leads. */
  const cut = ({ object, where }: ImportScope, after: string): { pages: ImportPage[]; last: number } => {
    const start = Number(after || 0);
    const last = object === 'Lead' ? 0 : Math.min(account.contacts, start + account.pagesPerList * account.pageSize);
    const pages = [];
    for (let at = start; at < last; at += account.pageSize) pages.push({ object, where, after: String(at), upTo: String(Math.min(at + account.pageSize, last)) });
    return { pages, last };
  };
  const nothing = { needsReview: 0, error: 0, filling: 0 };
  const activities: JobFakes = {
    listPages: ({ object, where, after, inPages }) => running('listPages', () => {
      const first = after === '' && inPages !== true;
      const total = !first ? null : object === 'Lead' ? 0 : account.contacts;
      if (total !== null && total > account.byJobAbove) return { pages: [], more: true, total, byJob: true, looksAfterSeconds: account.looksAfterSeconds };
      const { pages, last } = cut({ object, where }, after);
      return { pages, more: object === 'Contact' && last < account.contacts, total, byJob: false, looksAfterSeconds: account.looksAfterSeconds };
    }),
    beginListJob: ({ after }) => running('beginListJob', () => {
      if (account.refusesJobs !== null) return { kind: 'refused' as const, why: account.refusesJobs };
      const id = `750${account.listJobs.length + 1}`;
      account.listJobs.push({ id, after, looks: 0, ended: false });
      return { kind: 'begun' as const, job: id };
    }),
    lookAtListJob: ({ object, where, after, job }) => running('lookAtListJob', (): JobLook => {
      const known = account.listJobs.find(({ id, ended }) => id === job && !ended);
      const why = known === undefined ? 'is gone' : known.looks === 0 ? account.loses.shift() : undefined;
      if (known === undefined || why !== undefined) return { kind: 'lost', why: why ?? '' };
      if (known.looks++ < account.looks) return { kind: 'running', rows: known.looks };
      const { pages, last } = cut({ object, where }, after);
      return { kind: 'pages', pages, next: last < account.contacts ? String(last) : null };
    }),
    endListJob: ({ job }) => running('endListJob', () => {
      for (const one of account.listJobs) if (job === null || one.id === job) one.ended = true;
    }),
    importPage: ({ after, upTo }) => running('importPage', () => {
      const ids = between(after, Number(upTo));
      const inside = ids.filter(account.member);
      const frozen = ids.filter((id) => !account.member(id));
      const packed = pack(frozen);
      return {
        read: ids.length, created: ids.length, alreadyThere: 0, duplicates: 0, skipped: {}, failed: 0, now: { ...nothing, filled: inside.length, emailOnly: frozen.length },
        handovers: pack(inside), waiting: packed === null ? null : { ids: asIds(frozen), handovers: packed },
      };
    }),
    findMembers: ({ ids }) => running('findMembers', () => ids.filter(account.member)),
    fillPage: ({ ids }) => running('fillPage', () => ({ filled: [...ids], filling: [], needsReview: [], error: [], handovers: pack(ids) })),
    listContacts: ({ scope, category, after }) => running('listContacts', () => {
      account.listed.push({ scope, category: category ?? null });
      const ids = between(after, Number(after ?? 0) + account.pageSize);
      const last = ids.at(-1) ?? '0';
      return { ids: asIds(ids), after: Number(last) < account.contacts ? last : null, total: account.contacts };
    }),
    resyncPage: ({ ids, dryRun }) => running('resyncPage', () => ({
      unchanged: 0, written: ids.length, signalled: 0, frozen: 0, needsReview: 0, error: 0, waiting: 0, gone: 0,
      writtenIn: { hubspot: ids.length, salesforce: 0 }, createdIn: { hubspot: 0, salesforce: 0 }, enter: 0, handovers: dryRun ? null : pack(ids),
    })),
    relabelPage: ({ after }) => running('relabelPage', () => {
      const ids = between(after, Number(after ?? 0) + account.pageSize);
      const last = ids.at(-1) ?? '0';
      return { checked: ids.length, told: ids.filter((id) => !account.member(id)).length, after: Number(last) < account.contacts ? last : null };
    }),
    handOver: ({ packed, only }) => running('handOver', () => {
      const ids = unpack(packed).filter((id) => only === null || asIds([id]).every((one) => only.includes(one)));
      account.handedOver.push(...ids);
      return { done: ids.length };
    }),
  };
  return { account, activities };
}
