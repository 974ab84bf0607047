import { condition } from '@temporalio/workflow';
import type { HubSpotContactId, SalesforceId } from '../../sync/records.ts';
import type { ContactAnswer, Resolve } from '../messages.ts';
import { noteSync } from './inbox.ts';
import { answer, type ContactState } from './state.ts';

/**
 * Carries out a person's answer to a review, by the next pass: through the same gate and rules as ever. A record that belongs to
 * another contact stays in review. Answers the state once the pass is over.
 */
export async function resolveReview(s: ContactState, hubspotId: HubSpotContactId, { salesforceId, by }: Resolve): Promise<ContactAnswer> {
  Object.assign(s, { looping: false, writtenAt: [] });
  if (salesforceId === 'new' || salesforceId === 'ignore') {
    s.resolved = salesforceId;
    if (salesforceId === 'new') Object.assign(s, { link: null, base: {}, baseFields: {}, gone: null });
  } else {
    s.resolved = null;
    if (s.link?.id !== salesforceId) Object.assign(s, { base: {}, baseFields: {}, gone: null });
    s.link = { type: salesforceId.startsWith('003') ? 'Contact' : 'Lead', id: salesforceId as SalesforceId, rung: 'resolved' };
  }
  noteSync(s, `resolve${by === undefined ? '' : ` by ${by}`}`);
  await condition(() => s.paused || (s.inbox.sync === null && s.syncing === null) || s.inbox.sync?.held === true);
  return answer(s, hubspotId, Date.now());
}
