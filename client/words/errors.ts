import { stringify } from 'csv-stringify/sync';
import type { ContactInNeed, ErrorReport } from '../sluice-client.ts';
import { rows, table, time } from './text.ts';

/** What needs attention: each category with its remedy, then the contacts. */
export function errorsWords({ categories, contacts, total }: ErrorReport): string {
  if (categories.length === 0) return 'Nothing needs attention: no contact is in error or in review.';
  const more = total > contacts.length ? ['', `${contacts.length} of ${total}; \`--limit ${total}\` asks all of them.`] : [];
  return [
    ...categories.flatMap(({ category, count, firstSeenAt, lastSeenAt, example, remedy }) => [
      `${category}: ${count} contact${count === 1 ? '' : 's'}`,
      ...rows([
        ...(firstSeenAt === null || lastSeenAt === null ? [] : [['Seen', firstSeenAt === lastSeenAt ? time(firstSeenAt) : `${time(firstSeenAt)} to ${time(lastSeenAt)}`]] as const),
        ...(example === null ? [] : [['Example', `contact ${example.hubspotId}: ${example.message}`]] as const),
        ...(remedy === null ? [] : [['Remedy', remedy]] as const),
      ]),
    ]),
    '', table(['HubSpot', 'Name', 'Category', 'Code', 'Since', 'Message'], contacts.map((c) => [c.hubspotId, c.name ?? '', c.category, c.code ?? '(no answer)', c.firstSeenAt === null ? '' : time(c.firstSeenAt), c.message])), ...more,
  ].join('\n');
}

const columns: (keyof ContactInNeed)[] = ['hubspotId', 'name', 'category', 'code', 'message', 'remedy', 'firstSeenAt', 'lastSeenAt', 'attempts', 'nextAttemptAt', 'answered'];

/** The contacts as CSV (RFC 4180). What a spreadsheet would run as a formula is given an apostrophe first: names and messages come from outside. */
export const errorsCsv = ({ contacts }: ErrorReport): string =>
  stringify([...contacts], { header: true, columns, record_delimiter: 'windows', escape_formulas: true, cast: { boolean: String } });
