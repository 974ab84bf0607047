import { crmNames } from '../../sync/records.ts';
import type { FeedAnswer } from '../../workflows/messages.ts';
import type { Flow } from '../watch.ts';
import { rows, time } from './text.ts';

/** One sync, with a line for each field. */
export function flowWords({ at, hubspotId, name, status, reason, trigger, fields }: Flow): string {
  return [
    `${time(at)}  ${name ?? 'contact'} (${hubspotId}): ${status}, asked for by ${trigger}. ${reason}`,
    ...fields.map((f) => `    ${f.hubspot} ${arrow[f.action]} ${f.salesforce}: ${f.problem?.message ?? f.reason}`),
  ].join('\n');
}

const arrow = { none: '--', 'to-hubspot': '<-', 'to-salesforce': '->' } as const;

/** How changes are noticed on both sides. */
export function feedsWords(feeds: readonly FeedAnswer[]): string {
  return feeds.map((f) => [
    `${crmNames[f.crm]}: ${f.paused ? 'paused' : f.events === 'on' ? 'events come as they happen' : `events: ${f.why ?? f.events}`}`,
    ...(f.trouble === null ? [] : [`  ! ${f.trouble.what} (${time(f.trouble.at)})`]),
    ...rows([
      ['Last event', f.lastEventAt === null ? 'none yet' : time(f.lastEventAt)],
      ['Read up to', f.readUpTo === null ? 'not read yet' : `${time(f.readUpTo)}, next poll ${time(f.nextPollAt)}`],
      ['Waiting', `${f.waiting} to be handed on, ${f.later} until an import or resync has ended`],
      ['Until now', `${f.counts.events} events, ${f.counts.read} rows read, ${f.counts.told} contacts told${f.crm === 'hubspot' ? `, ${f.counts.joined} joined the segment` : `, ${f.counts.created} created in HubSpot`}`],
      ...(Object.keys(f.counts.skipped).length === 0 ? [] : [['Not created', Object.entries(f.counts.skipped).map(([why, n]) => `${n} ${why}`).join(', ')]] as const),
    ]),
  ].join('\n')).join('\n');
}
