import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { descendants } from '../support/processes.ts';
import { findChromium } from './browser.ts';
import { consoleScene, us500 } from './scene.ts';

const chromium = await findChromium();
const contactsTab = '/settings/integrations/connected-apps/salesforce/contacts';

test('S5.4 what is down gets a sentence on the page, and the old setting stays', { skip: typeof chromium === 'string' ? false : chromium.skip, timeout: 300_000 }, async (t) => {
  assert.ok(typeof chromium === 'string');
  const { page, address, hubspot, salesforce, settings, stack } = await consoleScene(t, chromium, us500);
  const open = async (): Promise<void> => {
    await page.goto(address + contactsTab);
    await page.getByRole('button', { name: 'Inclusion list' }).click();
  };
  const choose = (name: string): Promise<void> => page.getByRole('listbox').getByRole('option', { name }).click();
  const told = (sentence: RegExp): Promise<void> => page.getByRole('alert').getByText(sentence).first().waitFor({ timeout: 45_000 });
  await open();
  await choose('Webmail prospects');
  await page.getByText('Saved: "Webmail prospects" is the inclusion segment.').waitFor();

  await t.test('HubSpot', async () => {
    await hubspot.fault({ path: '/^.crm.v3.lists.2/', status: 503, times: 1_000 });
    await open();
    await choose('Everyone with a phone');
    await told(/HubSpot/);
    await hubspot.noFaults();
    assert.equal((await settings()).segment?.name, 'Webmail prospects');
  });

  await t.test('Salesforce', async () => {
    await salesforce.fault({ path: '/query/', status: 503, times: 1_000 });
    await page.goto(`${address}/import`);
    await told(/Salesforce/);
    await salesforce.noFaults();
  });

  await t.test('the worker', async () => {
    await open();
    stack.worker.kill('SIGKILL');
    await choose('Everyone with a phone');
    await told(/No worker serves the connection "main"|The worker of the connection "main" did not answer in time/);
    await stack.startWorker();
    assert.equal((await settings()).segment?.name, 'Webmail prospects');
  });

  await t.test('Temporal', async () => {
    const port = stack.addresses.temporal.split(':')[1] ?? '';
    const temporal = descendants(process.pid).find((pid) => /temporal\0server\0start-dev/.test(commandOf(pid)) && commandOf(pid).includes(port));
    assert.ok(temporal !== undefined);
    process.kill(temporal, 'SIGKILL');
    await told(/Temporal does not answer any more \(the connection is refused\): start it with `npm run dev`/);
    stack.worker.kill('SIGKILL'); // it would wait for Temporal before it ends
  });
});

/** The command line of a process, its words ended by NUL; '' where it is gone. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
