import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import type { SeedRequest } from '../../sandbox/common/server.ts';
import { devStack, seededData, type DevStack } from '../e2e/stack.ts';
import { openBrowser } from './browser.ts';

export interface ConsoleScene extends DevStack {
  address: string;
  browser: BrowserContext;
  page: Page;
  /** What the browser's console and the page's scripts complained of. */
  complaints: string[];
}

/** What `npm run dev` starts, the console included, and a browser before it. */
export async function consoleScene(t: { after(end: () => Promise<void>): void }, executablePath: string, seed: { hubspot: Partial<SeedRequest>; salesforce: Partial<SeedRequest> }, env: NodeJS.ProcessEnv = {}): Promise<ConsoleScene> {
  const stack = await devStack(t, await seededData(t, seed), env, { console: true });
  await stack.ready();
  const browser = await openBrowser(t, executablePath);
  const page = browser.pages()[0] ?? await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  return { ...stack, browser, page, complaints, address: stack.stack.addresses.console ?? '' };
}

/** Both accounts as `npm run dev` has them. */
export const us500 = { hubspot: { seed: 'us-500' }, salesforce: { seed: 'us-500' } } as const;

/** Pictures for the README, taken where `SLUICE_SCREENSHOTS` names a folder; it takes no time elsewhere. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['SLUICE_SCREENSHOTS'];
  if (folder !== undefined && folder !== '') await page.screenshot({ path: join(folder, `${name}.png`), scale: 'css' });
}
