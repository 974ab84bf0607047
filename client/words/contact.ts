import type { ContactAnswer, PastDecision, Preview } from '../../workflows/messages.ts';
import type { ListedContact } from '../sluice-client.ts';
import { rows, table, time } from './text.ts';

const shownDecisions = 5;

/** A contact's state in words: what, since when, why, what next, and the last decisions. */
export function contactWords(a: ContactAnswer, history: readonly PastDecision[]): string {
  return [
    `${a.name === null ? `HubSpot contact ${a.hubspotId}` : `${a.name} (HubSpot contact ${a.hubspotId})`}: ${a.status} since ${time(a.since)}`,
    ...rows([
      ['Why', a.reason],
      ['Next', a.next ?? 'Nothing is due.'],
      ['Salesforce', a.salesforce === null ? 'no record is linked' : `${a.salesforce.type} ${a.salesforce.id}, matched by ${a.salesforce.rung}`],
      // Nobody looks at the segments of a contact that is gone.
      ...(a.segment === null && (a.status === 'deleted' || a.status === 'merged') ? [] : [['Segment', segmentWords(a.segment)]] as const),
      ['Last sync', a.lastSync === null ? 'never' : `${time(a.lastSync.at)}, asked for by ${a.lastSync.trigger}; ${wroteWords(a.lastSync.wrote)}`],
      ['Known by', `${a.origin.kind}, ${time(a.origin.at)}`],
      ...(a.error === null ? [] : [['Error', `${a.error.category} ${a.error.code}, attempt ${a.error.attempts}`], ['Remedy', a.error.remedy]] as const),
      ...(a.review === null ? [] : [['Candidates', a.review.candidates.map(({ type, id }) => `${type} ${id}`).join(', ')]] as const),
      ...(a.duplicates.length === 0 ? [] : [['Duplicates', `${a.duplicates.map(({ type, id }) => `${type} ${id}`).join(', ')}: records that may be the same person; merge them in Salesforce`]] as const),
      ...(a.mergedInto === null ? [] : [['Merged into', `contact ${a.mergedInto}`]] as const),
      ...(a.pending === 0 ? [] : [['Waiting', `${a.pending} trigger${a.pending === 1 ? '' : 's'}`]] as const),
    ]),
    ...a.rejected.map((r) => `  The signal "${r.signal}" of ${time(r.at)} was not understood: ${r.fault}`),
    ...(history.length === 0 ? [] : ['  Last decisions:', ...history.slice(0, shownDecisions).flatMap(decisionWords)]),
  ].join('\n');
}

function segmentWords(segment: ContactAnswer['segment']): string {
  if (segment === null) return 'none is set, so every contact may sync';
  const member = segment.member === null ? 'membership unknown' : segment.member ? `member${segment.joinedAt === null ? '' : ` since ${time(segment.joinedAt)}`}` : 'not a member';
  return `"${segment.name}" (${segment.id}): ${member}, checked ${time(segment.checkedAt)}`;
}

function wroteWords({ hubspot, salesforce }: { hubspot: string[]; salesforce: string[] }): string {
  const parts = [...(hubspot.length > 0 ? [`${hubspot.join(', ')} in HubSpot`] : []), ...(salesforce.length > 0 ? [`${salesforce.join(', ')} in Salesforce`] : [])];
  return parts.length === 0 ? 'nothing was written' : `wrote ${parts.join(' and ')}`;
}

function decisionWords({ at, trigger, summary, fields }: PastDecision): string[] {
  return [
    `    ${time(at)}, asked for by ${trigger}: ${summary}`,
    ...fields.map((f) => `      ${f.hubspot} ${arrow[f.action]} ${f.salesforce}: ${f.problem?.message ?? f.reason}${f.lost === undefined ? '' : ` Replaced ${f.lost.text === null ? 'a blank' : `"${f.lost.text}"`} in ${f.lost.side === 'hubspot' ? 'HubSpot' : 'Salesforce'}.`}`),
  ];
}

const arrow = { none: '--', 'to-hubspot': '<-', 'to-salesforce': '->' } as const;

/** What a sync would do now, with the fields that differ. */
export function previewWords(hubspotId: string, p: Preview): string {
  const differing = p.fields.filter((f) => f.action !== 'none' || f.inHubSpot !== f.inSalesforce);
  return [
    `HubSpot contact ${hubspotId}: ${p.summary}`,
    ...rows([['Gate', p.gate], ['Salesforce', p.salesforce], ['Would sync', p.wouldSync ? 'yes' : 'no']]),
    ...(differing.length === 0 ? [] : ['', table(
      ['HubSpot', '', 'Salesforce', 'in HubSpot', 'in Salesforce', 'why'],
      differing.map((f) => [f.hubspot, arrow[f.action], f.salesforce, f.inHubSpot ?? '', f.inSalesforce ?? '', f.reason]),
    )]),
  ].join('\n');
}

/** A list of contacts, and how many it leaves out. */
export function contactsWords(contacts: readonly ListedContact[], total: number): string {
  if (contacts.length === 0) return 'No contact. One is listed once it was imported, synced or asked about.';
  const lines = contacts.map((c) => [c.hubspotId, c.name ?? '', c.status ?? '', c.inSegment === null ? '' : c.inSegment ? 'yes' : 'no', c.salesforceId ?? '', c.lastSyncedAt === null ? '' : time(c.lastSyncedAt), c.errorCategory ?? '']);
  const more = total > contacts.length ? [`${contacts.length} of ${total}; \`--limit ${total}\` shows all.`] : [];
  return [table(['HubSpot', 'Name', 'Status', 'Segment', 'Salesforce', 'Last sync', 'Error'], lines), ...more].join('\n');
}
