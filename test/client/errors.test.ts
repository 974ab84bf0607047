import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { createSluiceClient } from '../../client/sluice-client.ts';
import * as m from '../../workflows/messages.ts';
import { ErrorCategoryKey, HubSpotId, SyncStatus } from '../../workflows/search-attributes.ts';
import { contactStart, resyncStart } from '../../workflows/start.ts';
import { testSluice } from '../support/sluice.ts';
import { until } from '../support/until.ts';
import { assertSentence, commandLine } from './sluice.ts';

const sluice = await testSluice();

const csvRow = z.object({ hubspotId: z.string(), name: z.string(), category: z.string(), code: z.string(), message: z.string(), remedy: z.string(), firstSeenAt: z.string(), lastSeenAt: z.string(), answered: z.enum(['true', 'false']) });
const reportAnswer = z.object({
  total: z.number(),
  categories: z.array(z.object({ category: z.string(), count: z.number(), firstSeenAt: z.string().nullable(), lastSeenAt: z.string().nullable(), example: z.object({ hubspotId: z.string(), code: z.string().nullable(), message: z.string() }).nullable(), remedy: z.string().nullable() })),
  contacts: z.array(z.object({ hubspotId: z.string(), category: z.string(), code: z.string().nullable(), answered: z.boolean() })),
});

type Scene = Awaited<ReturnType<typeof sluice.open>>;

/** A contact in sync whose next value Salesforce refuses by `code`, for good. */
async function refused(s: Scene, code: string, fax: string, name: { firstname: string; lastname: string }): Promise<string> {
  const id = await s.hubspot.create({ email: `fax${fax}@firm.example`, ...name });
  assert.equal((await s.sync(id)).status, 'in-sync');
  await s.salesforce.fault({ path: '/composite/', row: { match: fax, code, ...(code === 'STRING_TOO_LONG' && { fields: ['Fax'] }) }, times: 1_000 });
  await s.hubspot.edit(id, { fax });
  await s.signal(id, m.changed, { source: 'hubspot', kind: 'change' });
  await until(`contact ${id} is in error`, async () => (await s.state(id)).error?.code === code);
  return id;
}

describe('sluice errors and their resync', { timeout: 300_000 }, () => {
  test('what needs attention is told by category with example and remedy, exported, and synced again once it is cured', async (t) => {
    const s = await sluice.open(t, 'errors');
    const typed = createSluiceClient({ client: s.client, connection: s.connection });
    const run = commandLine({ ...process.env, TEMPORAL_ADDRESS: sluice.temporal.address, SLUICE_CONNECTION: s.connection });
    assert.match((await run('errors')).output, /^Nothing needs attention: no contact is in error or in review\.$/m);

    const long = await refused(s, 'STRING_TOO_LONG', '555-0001', { firstname: '=HYPERLINK("http://evil.example")', lastname: 'Lovelace, "Ada"' });
    const second = await refused(s, 'STRING_TOO_LONG', '555-0002', { firstname: 'Grace', lastname: 'Hopper' });
    const rule = await refused(s, 'FIELD_CUSTOM_VALIDATION_EXCEPTION', '555-0003', { firstname: 'Kurt', lastname: 'Gödel' });
    for (const n of [1, 2]) await s.salesforce.create('Lead', { LastName: `Twin ${n}`, Company: 'Twins', Email: 'twin@firm.example' });
    const review = await s.hubspot.create({ email: 'twin@firm.example' });
    assert.equal((await s.sync(review)).status, 'needs-review');
    await until('the list shows all four', async () => (await typed.errors()).total === 4);

    const { output } = await run('errors');
    assert.match(output, new RegExp(`^property-value: 2 contacts\n {2}Seen +\\d.* UTC\n {2}Example +contact (${long}|${second}): .*STRING_TOO_LONG.*\n {2}Remedy +Correct the value in either CRM`, 'm'));
    assert.match(output, /^custom-code: 1 contact\n/m);
    assert.match(output, /^needs-review: 1 contact\n {2}Seen .*\n {2}Example +contact \d+: 2 Leads in Salesforce have the email.*\n {2}Remedy +A person decides: .*"resolve"/m);
    const report = reportAnswer.parse((await run('errors', '--category', 'property-value', '--json')).json);
    assert.deepEqual(report.categories.map(({ category, count }) => [category, count]), [['property-value', 2]]);
    assert.deepEqual(report.contacts.map(({ hubspotId }) => hubspotId).sort(), [long, second].sort());
    const [{ firstSeenAt, lastSeenAt } = { firstSeenAt: null, lastSeenAt: null }] = report.categories;
    const seen = await Promise.all([long, second].map(async (id) => (await s.state(id)).error));
    const times = (key: 'firstSeenAt' | 'lastSeenAt'): string[] => seen.flatMap((error) => error?.[key] ?? []).sort();
    assert.deepEqual([firstSeenAt, lastSeenAt], [times('firstSeenAt')[0], times('lastSeenAt').at(-1)]);

    const { output: csv } = await run('errors', '--export', 'csv');
    assert.equal(csv.split('\r\n').length, 6, 'a head, four contacts and the end of the last');
    const lines = z.array(csvRow).parse(parse(csv, { columns: true }));
    assert.deepEqual(lines.map(({ hubspotId }) => hubspotId).sort(), [long, second, rule, review].sort());
    const formula = lines.find(({ hubspotId }) => hubspotId === long);
    assert.equal(formula?.name, `'=HYPERLINK("http://evil.example") Lovelace, "Ada"`, 'a spreadsheet shows it and does not run it');
    assert.deepEqual([formula?.code, formula?.category, formula?.answered], ['STRING_TOO_LONG', 'property-value', 'true']);
    const short = await run('errors', '--limit', '1');
    assert.match(short.output, /^1 of 4; `--limit 4` asks all of them\.$/m);

    const dry = await run('resync', '--errors', '--dry-run');
    assert.match(dry.output, /^ {2}Checked +4$/m);
    const answers = await Promise.all([long, second].map(async (id) => (await s.state(id)).error));
    assert.deepEqual(answers, seen, 'a dry run only counts');
    // Not cured: it is tried again, and stays since it was first seen.
    await s.client.workflow.execute('segmentResync', resyncStart(s.connection, 'errors', { category: 'property-value' }));
    for (const [i, id] of [long, second].entries()) {
      await until(`contact ${id} has tried again`, async () => ((await s.state(id)).error?.lastSeenAt ?? '') > (seen[i]?.lastSeenAt ?? ''));
      const { error } = await s.state(id);
      assert.deepEqual([error?.code, error?.firstSeenAt], ['STRING_TOO_LONG', seen[i]?.firstSeenAt]);
    }
    await s.salesforce.noFaults();
    const cured = await run('resync', '--errors', '--category', 'property-value', '--wait');
    assert.equal(cured.code, 0, cured.errors);
    assert.match(cured.output, new RegExp(`^resync/${s.connection}/errors: done in \\d+ s\n {2}Checked +2\n`));
    for (const id of [long, second]) await until(`contact ${id} is in sync`, async () => (await s.state(id)).status === 'in-sync');
    assert.equal((await s.state(rule)).status, 'error', 'another category waits for its own resync');
    await until('the errors are gone from the list', async () => (await typed.errors({ category: 'property-value' })).total === 0);
    assert.deepEqual((await typed.errors()).contacts.map(({ category }) => category).sort(), ['custom-code', 'needs-review']);

    await s.salesforce.edit('Lead', String((await s.salesforce.query("SELECT Id FROM Lead WHERE LastName = 'Twin 2'"))[0]?.['Id']), { Email: 'other@firm.example' });
    await s.client.workflow.execute('segmentResync', resyncStart(s.connection, 'errors', {}));
    for (const id of [rule, review]) await until(`contact ${id} is in sync`, async () => (await s.state(id)).status === 'in-sync');
  });

  test('a contact whose workflow does not answer is listed as such', async (t) => {
    const s = await sluice.open(t, 'silent');
    const typed = createSluiceClient({ client: s.client, connection: s.connection });
    const options = contactStart(s.connection, '999');
    const typedSearchAttributes = [...options.typedSearchAttributes, { key: HubSpotId, value: '999' }, { key: SyncStatus, value: 'error' }, { key: ErrorCategoryKey, value: 'temporary' }];
    const silent = await s.client.workflow.start('contactSync', { ...options, taskQueue: 'nobody-serves-this', typedSearchAttributes });
    t.after(async () => { await silent.terminate(); });
    await until('the list shows it', async () => (await typed.contactCounts()).byStatus.error === 1);
    assert.deepEqual((await typed.contactCounts()).errorsByCategory, { temporary: 1 });
    const { contacts, categories } = await typed.errors();
    assert.deepEqual(contacts.map(({ hubspotId, category, answered, code }) => [hubspotId, category, answered, code]), [['999', 'temporary', false, null]]);
    assert.equal(categories[0]?.count, 1);
  });

  test('a category is refused where there is none of it', async (t) => {
    const s = await sluice.open(t, 'category');
    const run = commandLine({ ...process.env, TEMPORAL_ADDRESS: sluice.temporal.address, SLUICE_CONNECTION: s.connection });
    assertSentence(await run('errors', '--category', 'nonsense'), /Allowed choices are associations, .*needs-review/, 2);
    assertSentence(await run('resync', '--all', '--category', 'duplicates'), /cannot be used with/, 2);
    await assert.rejects(s.job('segmentResync', 'segment', { category: 'duplicates' }), ({ cause }) => (cause as Error).message.startsWith('category: only a resync of errors'));
  });
});
