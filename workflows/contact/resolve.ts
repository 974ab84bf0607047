import { condition } from '@temporalio/workflow';
import type { Pair } from '../../sync/plan.ts';
import type { HubSpotContactId, SalesforceId } from '../../sync/records.ts';
import type { ContactAnswer, Resolve } from '../messages.ts';
import { noteSync } from './inbox.ts';
import { answer, type ContactState } from './state.ts';

/**
 * Carries out a person's answer to a review, by the next pass: through the same gate and rules as ever. With a record that belongs to
 * another contact it stays in review, and its link where it was. Answers the state once the pass is over.
 */
export async function resolveReview(s: ContactState, hubspotId: HubSpotContactId, { salesforceId, by }: Resolve): Promise<ContactAnswer> {
  Object.assign(s, { looping: false, writtenAt: [] });
  if (salesforceId === 'new' || salesforceId === 'ignore') {
    Object.assign(s, { resolved: salesforceId, proposed: null });
    if (salesforceId === 'new') Object.assign(s, { link: null, base: {}, baseFields: {}, gone: null });
  } else {
    s.resolved = null;
    s.proposed = { type: salesforceId.startsWith('003') ? 'Contact' : 'Lead', id: salesforceId as SalesforceId, rung: 'resolved' };
  }
  noteSync(s, `resolve${by === undefined ? '' : ` by ${by}`}`);
  await condition(() => s.paused || (s.inbox.sync === null && s.syncing === null) || s.inbox.sync?.held === true);
  return answer(s, hubspotId, Date.now());
}

/** A pass has found that the contact may have the record that a person named: it is the link from here on, without a base of another's. */
export function takeProposed(s: ContactState, { match }: Pair): void {
  if (s.proposed === null || match.kind !== 'linked') return;
  if (s.link?.id !== match.record.link.id) Object.assign(s, { base: {}, baseFields: {}, gone: null });
  s.link = match.record.link;
  s.proposed = null;
}
