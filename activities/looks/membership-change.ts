import type { HubSpotContactId } from '../../sync/records.ts';
import type { HubSpot } from '../hubspot/index.ts';
import { seen, seenProperties, type ContactSeen } from './contacts.ts';

const call = { lane: 'live' } as const;
/** Of each segment so many members are read, 250 a call. */
const mostMembers = 5_000;
const sampleSize = 10;

interface Some {
  count: number;
  /** The first of them. */
  sample: ContactSeen[];
}

/** Who may sync now and could not before, and who no longer may; or why that is not told. */
export type MembershipChange = { entered: Some; left: Some } | { fault: string };

type Members = ReadonlySet<HubSpotContactId>;

/** Compares the members of two segments as HubSpot lists them; null stands for everybody. */
export async function membershipChange(hubspot: HubSpot, before: string | null, after: string | null): Promise<MembershipChange> {
  const listed = async (id: string | null): Promise<Members | 'everybody' | null> => (id === null ? 'everybody' : members(hubspot, id));
  const [then, now] = await Promise.all([listed(before), listed(after)]);
  if (then === null || now === null) return { fault: `A segment has more than ${mostMembers} members, too many to be compared here: "Compare..." counts them.` };
  return { entered: await without(hubspot, now, then), left: await without(hubspot, then, now) };
}

async function members(hubspot: HubSpot, segmentId: string): Promise<Members | null> {
  const ids = new Set<HubSpotContactId>();
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<HubSpot['membershipPage']>> = await hubspot.membershipPage(segmentId, { after }, call);
    for (const { contactId } of page.members) ids.add(contactId);
    ({ after } = page);
  } while (after !== null && ids.size < mostMembers);
  return after === null ? ids : null;
}

/** Those of `some` who are not among `others`. */
async function without(hubspot: HubSpot, some: Members | 'everybody', others: Members | 'everybody'): Promise<Some> {
  if (others === 'everybody') return { count: 0, sample: [] };
  if (some === 'everybody') {
    const { total } = await hubspot.countContacts({ properties: [], limit: 1 }, call);
    const { ids } = await hubspot.contactPage({}, call);
    return { count: Math.max(0, total - others.size), sample: await named(hubspot, ids.filter((id) => !others.has(id))) };
  }
  const ids = [...some].filter((id) => !others.has(id));
  return { count: ids.length, sample: await named(hubspot, ids) };
}

async function named(hubspot: HubSpot, ids: readonly HubSpotContactId[]): Promise<ContactSeen[]> {
  const answers = await hubspot.readContacts(ids.slice(0, sampleSize), seenProperties, call);
  return [...answers.values()].flatMap((answer) => (answer.kind === 'live' ? [seen(answer.contact)] : []));
}
