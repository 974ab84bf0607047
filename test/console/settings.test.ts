import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { until } from '../support/until.ts';
import { tabTo, violations } from './accessible.ts';
import { findChromium } from './browser.ts';
import { consoleScene, picture, us500 } from './scene.ts';

const chromium = await findChromium();
const app = '/settings/integrations/connected-apps/salesforce';
const pages = ['/settings/integrations/connected-apps', `${app}/contacts`, `${app}/field-mappings`, `${app}/creation-and-deletion`, `${app}/api-usage`, `${app}/sync-health`, '/segments/new', '/segments/1', '/segments/999', '/contacts', '/import', '/nowhere'];
/** The colours are the same everywhere: these pages have all of them. */
const inDark = new Set([`${app}/contacts`, `${app}/field-mappings`, `${app}/sync-health`, '/segments/new', '/segments/999']);

test('the other tabs, wrong input, and who uses no mouse', { skip: typeof chromium === 'string' ? false : chromium.skip, timeout: 300_000 }, async (t) => {
  assert.ok(typeof chromium === 'string');
  const { page, address, hubspot, salesforce, settings, contact } = await consoleScene(t, chromium, us500);

  await t.test('a mapping is checked against both accounts, saved, and its values are brought over by a backfill', async () => {
    const id = await hubspot.create({ email: 'backfilled@gmail.example', lastname: 'Filled', message: 'Rings twice.' });
    const lead = await salesforce.create('Lead', { Email: 'backfilled@gmail.example', LastName: 'Filled', Company: 'Filled Ltd' });
    await until('they are linked', async () => (await salesforce.get('Lead', lead))['HubSpot_Contact_Id__c'] === id);
    await page.goto(`${address}${app}/field-mappings`);
    await page.getByRole('button', { name: '+ Add a mapping' }).click();
    const form = page.getByRole('form', { name: 'New mapping' });
    await form.getByLabel('HubSpot property').selectOption('message');
    await form.getByLabel('Lead field').selectOption('VIP__c');
    await form.getByRole('button', { name: 'Check it' }).click();
    await form.getByText(/have types that do not go together/).waitFor();
    await form.getByLabel('Lead field').selectOption('Description');
    await form.getByRole('button', { name: 'Check it' }).click();
    await form.getByText('The types go together, and both sides can be written.').waitFor();
    await form.getByText('Rings twice.').waitFor();
    await form.getByRole('button', { name: 'Save the mapping' }).click();
    await page.getByText('Saved: message is mapped.').waitFor();
    assert.ok((await settings()).mappings.some((mapping) => mapping.hubspot === 'message' && mapping.lead === 'Description' && mapping.rule === 'salesforce-unless-blank'));
    await page.getByRole('button', { name: 'Backfill now' }).click();
    await until('the value has come over', async () => (await salesforce.get('Lead', lead))['Description'] === 'Rings twice.');
  });

  await t.test('a rule is changed at once, and one that is not possible is refused with the reason', async () => {
    await page.getByRole('combobox', { name: 'Rule of Job Title' }).selectOption({ label: 'Two-way' });
    await page.getByText('Saved: the rule of Job Title.').waitFor();
    assert.equal((await settings()).mappings.find(({ hubspot }) => hubspot === 'jobtitle')?.rule, 'two-way');
    await page.getByRole('combobox', { name: 'Rule of Email', exact: true }).selectOption({ label: "Don't sync" });
    await page.getByRole('alert').getByText(/^email cannot have the rule none: /).waitFor();
    assert.notEqual((await settings()).mappings.find(({ hubspot }) => hubspot === 'email')?.rule, 'none');
    await page.reload();
    await page.getByRole('button', { name: 'Values of Job Title' }).click();
    await page.getByRole('definition').first().waitFor();
    await picture(page, 'field-mappings');
  });

  await t.test('creation and deletion are saved, or nothing of them', async () => {
    await page.getByRole('link', { name: 'Creation and deletion' }).click();
    await page.getByLabel('when it is created in Salesforce').check();
    await page.getByLabel('Time of grace, in hours').fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText(/^deletes\.graceHours: /).waitFor();
    assert.equal((await settings()).createInHubSpot, 'never');
    await page.getByLabel('Time of grace, in hours').fill('48');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved. Nothing was written').waitFor();
    const { createInHubSpot, deletes } = await settings();
    assert.deepEqual([createInHubSpot, deletes.graceHours], ['on-create', 48]);
  });

  await t.test('API usage shows what is used of the allocation, over 24 h', async () => {
    await page.getByRole('link', { name: 'API usage' }).click();
    // As many as a process keeps to itself for some minutes; the console's own calls count too.
    for (let calls = 0; calls < 50; calls++) assert.ok((await fetch(`${address}/api/segments`)).ok);
    const region = page.getByRole('region', { name: 'HubSpot' });
    await until('calls were reported', async () => {
      await page.getByRole('button', { name: 'Read again' }).click();
      return /^HubSpot calls over the window in 24 parts: [1-9]\d* in all/.test(await region.getByRole('img').getAttribute('aria-label') ?? '');
    });
    assert.match(await region.innerText(), /HubSpot: \d+ of [\d,]+ calls in 24 h/);
    await page.getByRole('heading', { name: 'API usage' }).scrollIntoViewIfNeeded();
    await picture(page, 'api-usage');
  });

  await t.test('a contact\'s error shows in Sync health with its remedy, and is gone once it is repaired and resynced', async () => {
    const id = await hubspot.create({ email: 'long@gmail.example', lastname: 'Long', jobtitle: 'x'.repeat(200) });
    const status = async () => (await contact(id).query<{ status: string }>('state').catch(() => null))?.status;
    await until('it is in error', async () => (await status()) === 'error');
    await page.getByRole('link', { name: 'Sync health' }).click();
    const region = page.getByRole('region', { name: 'property-value' });
    await until('the list has it', async () => {
      await page.getByRole('button', { name: 'Look again' }).click();
      return (await region.count()) === 1;
    });
    await region.getByText('Contacts', { exact: true }).click();
    assert.match(await region.innerText(), /it has 200 characters, 128 are possible/);
    await picture(page, 'sync-health');
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export all as CSV' }).click()]);
    assert.match(readFileSync(await download.path(), 'utf8'), new RegExp(`^hubspotId,name,category.*\\r\\n(.*\\r\\n)*${id},`));
    await hubspot.edit(id, { jobtitle: 'Keeper' });
    await region.getByRole('button', { name: 'Resync these' }).click();
    await until('it is in sync', async () => (await status()) === 'in-sync');
    await page.reload();
    await page.getByText('Nothing needs attention').waitFor();
  });

  await t.test('the article\'s walk needs no mouse', async () => {
    await page.goto(address);
    await page.getByRole('heading', { name: 'Connected apps' }).waitFor();
    await tabTo(page, /^Salesforce$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Inclusion list' }).waitFor();
    await tabTo(page, /^Inclusion list/);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal((await settings()).segment, null, 'arrows only move');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.keyboard.press('w');
    await page.keyboard.press('Enter');
    await page.getByText('Saved: "Webmail prospects" is the inclusion segment.').waitFor();
    await tabTo(page, /^\+ Create inclusion list$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Edit the name' }).waitFor();
    await tabTo(page, /^Edit the name$/);
    await page.keyboard.press('Enter');
    await page.keyboard.type('By keyboard');
    await page.keyboard.press('Enter');
    await tabTo(page, /^Value/);
    await page.keyboard.type('gmail');
    await page.keyboard.press('Enter');
    await page.getByText('HubSpot has processed the segment').waitFor();
    await page.getByRole('heading', { name: 'By keyboard' }).waitFor();
  });

  await t.test('axe-core finds nothing, in light and dark; at 400 px nothing sticks out', async () => {
    for (const path of pages) {
      await page.goto(address + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle').catch(() => undefined);
      for (const colorScheme of inDark.has(path) ? ['light', 'dark'] as const : ['light'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' }); // else colours fade, and are measured on their way
        assert.deepEqual(await violations(page), [], `${path}, ${colorScheme}`);
      }
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 400, height: 800 });
      assert.ok(await page.evaluate<number>('document.documentElement.scrollWidth') <= 400, path);
      await page.setViewportSize({ width: 1200, height: 900 });
    }
  });

  await t.test('wrong input gets a sentence with what to do, and nothing is half-saved', async () => {
    await page.goto(`${address}/segments/999`);
    await page.getByRole('alert').getByText('HubSpot has no segment 999: it was deleted or never existed. Choose another segment in the settings.').waitFor();
    await page.goto(`${address}/contacts/999999`);
    await page.getByRole('alert').getByText(/^HubSpot has no contact 999999, and Sluice knows of none/).waitFor();
    await page.goto(`${address}/segments/new`);
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('alert').getByText(/a segment needs a name: enter one/).waitFor();
    await page.getByRole('button', { name: 'Edit the name' }).click();
    await page.getByRole('textbox', { name: 'Name of the segment' }).fill('Without a value');
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByRole('alert').getByText('Criterion 1 of group 1 ("Email") has no value: enter one.').waitFor();
    const { lists } = z.object({ lists: z.array(z.object({ name: z.string() })) }).parse(await hubspot.api('POST', '/crm/v3/lists/search', { query: 'Without a value' }));
    assert.deepEqual(lists, []);
  });

  await t.test('S2.2 a segment that was deleted meanwhile is refused, and the former setting stays', async () => {
    const gone = await hubspot.segment('Soon gone', 'email', ['gone']);
    await page.goto(`${address}${app}/contacts`);
    await page.getByRole('button', { name: 'Inclusion list' }).click();
    await page.getByRole('option', { name: 'Soon gone' }).waitFor();
    await hubspot.api('DELETE', `/crm/v3/lists/${gone}`);
    await page.getByRole('option', { name: 'Soon gone' }).click();
    await page.getByRole('alert').getByText(new RegExp(`^HubSpot has no segment ${gone}: it was deleted`)).waitFor();
    assert.equal((await settings()).segment?.name, 'Webmail prospects');
  });
});
