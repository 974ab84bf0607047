import { chunks } from '../../activities/crm/chunks.ts';
import { columns, openCrms, updateBody, valuesOf, type PlainCrms, type RecordType } from './calls.ts';
import { inLanes } from './lanes.ts';
import type { Urls } from './world.ts';

/** As an import of Sluice has it, so that both make the same calls. */
const [pageSize, pagesInFlight, hubspotBatch, salesforceBatch, emailsPerQuery] = [400, 6, 100, 200, 200];

interface Page { type: RecordType; after: string; upTo: string }

/**
 * The floor of a fill: a plain script that makes the batched calls of Sluice's import (the same routes, batches and pages in flight) without Temporal,
 * and believes that nobody else writes. Answers how many contacts it filled.
 */
export async function fillPlainly(urls: Urls): Promise<number> {
  const crms = await openCrms(urls);
  let filled = 0;
  for (const type of ['Contact', 'Lead'] as const) {
    for (let after: string | null = ''; after !== null; ) {
      const { pages, next } = await listPages(crms, type, after);
      after = next;
      await inLanes(pages.length, pagesInFlight, async (n) => {
        const pairs = await fillPage(crms, pages[n] as Page);
        filled += pairs;
      });
    }
  }
  return filled;
}

async function listPages(crms: PlainCrms, type: RecordType, after: string): Promise<{ pages: Page[]; next: string | null }> {
  const { records, totalSize } = await crms.query(`SELECT Id FROM ${type}${after === '' ? '' : ` WHERE Id > '${after}'`} ORDER BY Id`);
  let start = after;
  const pages = chunks(records, pageSize).map((some): Page => {
    const page = { type, after: start, upTo: some.at(-1)?.Id ?? start };
    start = page.upTo;
    return page;
  });
  return { pages, next: totalSize > records.length ? start : null };
}

async function fillPage(crms: PlainCrms, { type, after, upTo }: Page): Promise<number> {
  const bounds = [...(after === '' ? [] : [`Id > '${after}'`]), `Id <= '${upTo}'`].join(' AND ');
  const { records } = await crms.query(`SELECT Id, Email${type === 'Lead' ? ', IsConverted' : ''} FROM ${type} WHERE ${bounds} ORDER BY Id`);
  const emails = [...new Set(records.flatMap(({ Email }) => Email?.toLowerCase() ?? []))];
  const asked = type === 'Lead' ? (['Lead', 'Contact'] as const) : (['Contact'] as const);
  const others = await crms.queryTogether(asked.flatMap((of) => chunks(emails, emailsPerQuery).map((some) => `SELECT ${columns[of].join(', ')} FROM ${of} WHERE Email IN (${some.map((email) => `'${email}'`).join(',')})`)));
  if (others.length < emails.length) throw new Error('Salesforce lost a record');
  const listed = new Set(records.map(({ Id }) => Id));
  const byEmail = new Map(others.flatMap((record) => (record.Email === null || !listed.has(record.Id) ? [] : [[record.Email.toLowerCase(), record] as const])));
  const known = (await Promise.all(chunks(emails, hubspotBatch).map((some) => crms.readContacts(some, 'email')))).flat();
  const there = new Set(known.map(({ properties }) => properties['email']));
  for (const some of chunks(emails.filter((email) => !there.has(email)), hubspotBatch)) known.push(...await crms.createContacts(some));
  const pairs = known.flatMap((contact) => {
    const record = byEmail.get(contact.properties['email'] ?? '');
    return record === undefined ? [] : [{ contact, record }];
  });
  const claims = pairs.map(({ contact, record }) => ({ id: record.Id, HubSpot_Contact_Id__c: contact.id }));
  await crms.composite([
    ...chunks(claims, salesforceBatch).map((some) => ({ method: 'PATCH', path: '/composite/sobjects', body: updateBody(type, some) })),
    { method: 'POST', path: `/composite/sobjects/${type}`, body: { ids: claims.map(({ id }) => id), fields: ['Id', 'HubSpot_Contact_Id__c'] } },
  ]);
  for (const some of chunks(pairs, hubspotBatch)) await crms.updateContacts(some.map(({ contact, record }) => ({ id: contact.id, properties: valuesOf(type, record) })));
  return pairs.length;
}
