import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshot } from '../e2e/stack.ts';
import { until } from '../support/until.ts';
import { findChromium } from './browser.ts';
import { consoleScene, picture, us500 } from './scene.ts';

const chromium = await findChromium();
const contactsTab = '/settings/integrations/connected-apps/salesforce/contacts';

test('a choice and what follows, contacts one by one, and an import', { skip: typeof chromium === 'string' ? false : chromium.skip, timeout: 300_000 }, async (t) => {
  assert.ok(typeof chromium === 'string');
  const { page, address, hubspot, salesforce, settings, contact, client, complaints } = await consoleScene(t, chromium, us500);
  const choose = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'Inclusion list' }).click();
    await page.getByRole('listbox').getByRole('option', { name }).click();
    await page.getByText(/^Saved: /).waitFor();
  };
  const cell = (name: string | RegExp) => page.getByRole('row', { name }).getByRole('cell').first().innerText();

  await t.test('Compare... says who would enter and leave, what a resync would write and cost, and saves nothing', async () => {
    await page.goto(address + contactsTab);
    const [before, { version }] = [await snapshot({ hubspot, salesforce }), await settings()];
    await page.getByRole('button', { name: 'Compare...' }).click();
    await page.getByRole('combobox', { name: 'Segment' }).selectOption({ label: 'Webmail prospects' });
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByText('Nothing was saved and nothing was written.').waitFor();
    assert.equal(await cell(/^Would enter/), '0', 'everybody may sync already');
    assert.ok(Number(await cell(/^Created in Salesforce/)) >= 0);
    assert.match(await cell(/^API calls of it/), /^about \d+ \/ \d+$/);
    await picture(page, 'compare');
    assert.equal((await settings()).version, version);
    assert.deepEqual(await snapshot({ hubspot, salesforce }), before);
  });

  await t.test('after a choice the page shows who left, kept as they are; Undo takes it back', async () => {
    await choose('Webmail prospects');
    const members = (await hubspot.members('1')).length;
    await page.getByRole('heading', { name: `Left: ${await hubspot.count() - members} contacts` }).waitFor();
    await page.getByText('kept as they are, but no longer synced').waitFor();
    await picture(page, 'limit-sync');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Saved: no segment limits the sync.').waitFor();
    await page.getByRole('heading', { name: `Entered: ${await hubspot.count() - members} contacts` }).waitFor();
    assert.equal((await settings()).segment, null);
  });

  await t.test('S3.7 Resync syncs the members, with its progress on the page', async () => {
    await choose('Webmail prospects');
    await page.getByRole('button', { name: 'Resync' }).click();
    await page.getByText('Done', { exact: true }).waitFor();
    const members = new Set(await hubspot.members('1'));
    const claimed = (await Promise.all(['Lead', 'Contact'].map((type) => salesforce.query(`SELECT HubSpot_Contact_Id__c FROM ${type} WHERE HubSpot_Contact_Id__c != null`)))).flat();
    assert.ok(claimed.length > 0);
    assert.ok(claimed.every((row) => members.has(String(row['HubSpot_Contact_Id__c']))));
    assert.equal((await client.workflow.getHandle('resync/main/segment').describe()).status.name, 'COMPLETED');
  });

  const person = (await salesforce.query("SELECT Id, Email, FirstName, LastName, Title, HubSpot_Contact_Id__c FROM Contact WHERE HubSpot_Contact_Id__c != null ORDER BY Id LIMIT 1"))[0] ?? {};
  const [id, email, name] = [String(person['HubSpot_Contact_Id__c']), String(person['Email']), `${String(person['FirstName'])} ${String(person['LastName'])}`];

  await t.test('a contact is found by email, by name, by either id, and by status', async () => {
    await page.getByRole('link', { name: 'Contacts', exact: true }).first().click();
    const searched = page.getByRole('searchbox');
    for (const words of [email, name, id, String(person['Id'])]) {
      await searched.fill(words);
      await page.keyboard.press('Enter');
      await page.waitForURL((url) => url.searchParams.get('q') === words);
      await page.getByRole('link', { name }).waitFor();
    }
    await searched.fill('');
    await page.getByRole('combobox', { name: 'Status' }).selectOption({ label: 'In sync' });
    await page.getByText(/^\d+ contacts/).waitFor();
    await page.goto(`${address}/contacts/${id}`);
    await page.getByRole('heading', { name }).waitFor();
  });

  await t.test('its page has both records side by side, and while it is paused what a sync would write and why', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await salesforce.edit('Contact', String(person['Id']), { Title: 'Keeper of sluices' });
    await page.reload();
    const row = page.getByRole('row', { name: /^jobtitle/ });
    await row.getByText('Write it in HubSpot.').waitFor();
    assert.match(await row.innerText(), /Keeper of sluices/);
    await picture(page, 'contact');
    assert.notEqual((await hubspot.get(id))['jobtitle'], 'Keeper of sluices');
    await page.getByRole('button', { name: 'Resume' }).click();
    await until('the edit has come over', async () => (await hubspot.get(id))['jobtitle'] === 'Keeper of sluices');
    await page.getByRole('row', { name: /^jobtitle/ }).getByText('Nothing.').waitFor();
    await page.getByRole('group').filter({ hasText: 'Updated' }).first().or(page.locator('details').first()).waitFor();
    assert.match(await page.getByRole('link', { name: 'Its workflow in the Temporal Web UI' }).getAttribute('href') ?? '', /\/namespaces\/default\/workflows\/contact%2Fmain%2F\d+$/);
  });

  await t.test('a contact that two records could be is resolved by a person', async () => {
    const email = 'twin@gmail.example';
    const [first] = [await salesforce.create('Contact', { LastName: 'Twin', Email: email }), await salesforce.create('Contact', { LastName: 'Twin', Email: email })];
    const twin = await hubspot.create({ email, lastname: 'Twin' });
    await until('it is in review', async () => (await contact(twin).query<{ status: string }>('state').catch(() => null))?.status === 'needs-review');
    await page.goto(`${address}/contacts/${twin}`);
    await page.getByRole('heading', { name: 'Which record is meant?' }).waitFor();
    await page.getByRole('radio', { name: `Contact ${first}` }).check();
    await page.getByRole('button', { name: 'Resolve' }).click();
    await page.getByText('In sync', { exact: true }).waitFor();
    assert.equal((await salesforce.get('Contact', first))['HubSpot_Contact_Id__c'], twin);
  });

  await t.test('an import has a filter with a count, a progress, and a result that both CRMs agree with', async () => {
    await page.getByRole('link', { name: 'Import', exact: true }).click();
    await page.getByRole('radio', { name: 'Leads', exact: true }).check();
    await page.getByLabel(/^Filter/).fill("LastName LIKE 'B");
    await page.getByText('The condition has a quote or a parenthesis without its other half.').waitFor();
    await page.getByLabel(/^Filter/).fill('Nothing__c = 1');
    await page.getByText(/^Salesforce does not take this condition for a Lead: /).waitFor();
    await page.getByLabel(/^Filter/).fill("LastName LIKE 'B%'");
    const leads = await salesforce.query("SELECT Id FROM Lead WHERE LastName LIKE 'B%'");
    await page.getByText(`${leads.length} Leads in Salesforce`).waitFor();
    const before = await hubspot.count();
    await page.getByRole('button', { name: 'Start the import' }).click();
    await page.getByRole('row', { name: /^Read from Salesforce/ }).getByText(String(leads.length), { exact: true }).waitFor();
    assert.equal(await hubspot.count(), before + Number(await cell(/^Created in HubSpot/)));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('alert').getByText('It was cancelled; what it had done until then stays.').waitFor();
    await until('it has ended', async () => (await client.workflow.getHandle('import/main/console').describe()).status.name !== 'RUNNING');
  });

  assert.deepEqual(complaints.filter((one) => !/status of 400/.test(one)), []);
});
