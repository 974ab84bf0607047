import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { snapshot } from '../e2e/stack.ts';
import { until } from '../support/until.ts';
import { findChromium } from './browser.ts';
import { consoleScene, picture, us500 } from './scene.ts';

const chromium = await findChromium();
const listAnswer = z.object({ list: z.object({ name: z.string(), processingType: z.string(), processingStatus: z.string(), objectTypeId: z.string(), size: z.number(), filterBranch: z.unknown() }) });

/** The article's walk, behaviour: S5, step by step; what each step led to is read back from both CRMs and from Temporal. */
test('S5 an inclusion segment is set up in the browser as the article describes it', { skip: typeof chromium === 'string' ? false : chromium.skip, timeout: 240_000 }, async (t) => {
  assert.ok(typeof chromium === 'string');
  const { page, address, hubspot, salesforce, settings, contact, complaints } = await consoleScene(t, chromium, us500, { SANDBOX_SEGMENT_LAG_MS: '1500' });
  const before = await snapshot({ hubspot, salesforce });

  await t.test('gear icon, then Integrations > Connected apps, Salesforce, tab Contacts: the section "Limit sync"', async () => {
    await page.goto(address);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Connected apps' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Salesforce' }).click();
    await page.getByRole('navigation', { name: 'Salesforce' }).getByRole('link', { name: 'Contacts' }).click();
    await page.getByRole('heading', { name: 'Limit sync' }).waitFor();
  });

  await t.test('S2.1 the drop-down has the active segments and no static one, and says why', async () => {
    await page.getByRole('button', { name: 'Inclusion list' }).click();
    const names = await page.getByRole('option').allInnerTexts();
    assert.deepEqual(names.map((name) => name.replace(/ \d.*/, '')), ['All contacts (no segment)', 'Everyone with a phone', 'Webmail prospects']);
    assert.match(await page.getByRole('main').innerText(), /A static segment cannot be chosen: nobody would join or leave it/);
  });

  await t.test('S5.1 a choice is saved at once, and says what it means', async () => {
    await page.getByRole('option', { name: 'Everyone with a phone' }).click();
    await page.getByText('Saved: "Everyone with a phone" is the inclusion segment.').waitFor();
    const { segment } = await settings();
    assert.equal(segment?.id, '2');
    assert.equal(segment?.selectedBy, 'the console');
    await page.getByRole('heading', { name: /^Left: \d+ contacts?$/ }).waitFor();
  });

  await t.test('S5.2 "+ Create inclusion list" leads to the segment editor: pencil for the name, then criteria', async () => {
    await page.getByRole('link', { name: '+ Create inclusion list' }).click();
    await page.getByRole('button', { name: 'Edit the name' }).click();
    await page.getByRole('textbox', { name: 'Name of the segment' }).fill('Mail people');
    await page.keyboard.press('Enter');
    const first = page.getByRole('group', { name: 'Criterion, group 1, criterion 1' });
    await first.getByLabel('Value').fill('@gmail.example');
    await page.getByRole('button', { name: '+ or another group' }).click();
    const second = page.getByRole('group', { name: 'Criterion, group 2, criterion 1' });
    await second.getByLabel('Property').selectOption({ label: 'Email' });
    await second.getByLabel('Operator').selectOption({ label: 'ends with' });
    await second.getByLabel('Value').fill('@yahoo.example');
    await page.getByRole('region', { name: 'Group 2' }).getByRole('button', { name: '+ and' }).click();
    const third = page.getByRole('group', { name: 'Criterion, group 2, criterion 2' });
    await third.getByLabel('Property').selectOption({ label: 'Last Name' });
    await third.getByLabel('Operator').selectOption({ label: 'is known' });
    await page.getByRole('complementary', { name: 'Who would be in' }).getByText(/^about \d+ contacts$/).waitFor();
    await picture(page, 'segment-editor');
  });

  await t.test('S5.3 Review and save: it is processed for a while, an ordinary active contact segment of HubSpot', async () => {
    await hubspot.control('POST', 'clock', { stopped: true }); // however slow the browser is, it is still being processed
    await page.getByRole('button', { name: 'Review and save' }).click();
    await page.getByText('HubSpot is processing the segment').waitFor();
    await hubspot.control('POST', 'clock', { stopped: false, advanceMs: 2_000 });
    await page.getByText('HubSpot has processed the segment').waitFor();
    const { list } = listAnswer.parse(await hubspot.api('GET', '/crm/v3/lists/object-type-id/0-1/name/Mail%20people?includeFilters=true'));
    assert.equal(list.processingType, 'DYNAMIC');
    assert.ok(list.size > 20);
    const filter = (property: string, operation: object) => ({ filterType: 'PROPERTY', property, operation: { includeObjectsWithNoValueSet: false, ...operation } });
    const branch = (...filters: object[]) => ({ filterBranchType: 'AND', filterBranchOperator: 'AND', filterBranches: [], filters });
    assert.deepEqual(list.filterBranch, { filterBranchType: 'OR', filterBranchOperator: 'OR', filters: [], filterBranches: [
      branch(filter('email', { operationType: 'MULTISTRING', operator: 'CONTAINS', values: ['@gmail.example'] })),
      branch(filter('email', { operationType: 'MULTISTRING', operator: 'ENDS_WITH', values: ['@yahoo.example'] }), filter('lastname', { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' })),
    ] });
  });

  await t.test('back in the settings it is in the drop-down, and choosing it is saved at once', async () => {
    await page.getByRole('link', { name: 'Back to the settings, to choose it as inclusion list' }).click();
    await page.getByRole('button', { name: 'Inclusion list' }).click();
    await page.getByRole('option', { name: 'Mail people' }).click();
    await page.getByText('Saved: "Mail people" is the inclusion segment.').waitFor();
    assert.equal((await settings()).segment?.name, 'Mail people');
  });

  await t.test('S3.1 choosing has synced nobody', async () => {
    assert.deepEqual(await snapshot({ hubspot, salesforce }), before);
  });

  await t.test('S3.2 a trigger then syncs a member, and no one else', async () => {
    const members = new Set(await hubspot.members('4'));
    const all = z.object({ results: z.array(z.object({ id: z.string() })) }).parse(await hubspot.api('GET', '/crm/v3/objects/contacts?limit=100')).results.map(({ id }) => id);
    const [member = '', other = ''] = [all.find((id) => members.has(id)), all.find((id) => !members.has(id))];
    await hubspot.edit(member, { jobtitle: 'Lock keeper' });
    await hubspot.edit(other, { jobtitle: 'Lock keeper' });
    const claimed = async () => (await Promise.all(['Lead', 'Contact'].map((type) => salesforce.query(`SELECT HubSpot_Contact_Id__c FROM ${type} WHERE HubSpot_Contact_Id__c != null`)))).flat().map((row) => row['HubSpot_Contact_Id__c']);
    await until('the member has synced', async () => (await claimed()).length > 0);
    assert.deepEqual(await claimed(), [member]);
    assert.equal((await contact(member).query<{ status: string; segment: { name: string } }>('state')).segment.name, 'Mail people');
  });

  assert.deepEqual(complaints, []);
});
