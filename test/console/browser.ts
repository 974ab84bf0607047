import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type BrowserContext } from 'playwright-core';

const run = promisify(execFile);
const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
const installed = (): string | undefined => [process.env['SLUICE_TEST_CHROMIUM'] ?? '', ...candidates].find((path) => path !== '' && existsSync(path));

/**
 * A Chromium of this machine, installed from its packages where there is none and that is allowed. Where none can be had, the reason to
 * skip; under CI=true that is an Error, so that nothing is skipped there unseen.
 */
export async function findChromium(): Promise<string | { skip: string }> {
  let why = 'set SLUICE_TEST_CHROMIUM to one';
  if (installed() === undefined) {
    try {
      // One at a time: several test files may come here at once.
      const install = 'test -x /usr/bin/chromium || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; }';
      await run('flock', [join(tmpdir(), 'sluice-chromium.lock'), 'sh', '-c', install], { timeout: 500_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    } catch (error) {
      why = error instanceof Error ? error.message.split('\n')[0] ?? why : why;
    }
  }
  const found = installed();
  if (found !== undefined) return found;
  const reason = `There is no Chromium on this machine, and none could be installed (${why}).`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.log(`Skipped: ${reason}`);
  return { skip: reason };
}

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** A browser with an empty profile, gone with the test. */
export async function openBrowser(t: { after(end: () => Promise<void>): void }, executablePath: string, options: { width?: number; height?: number; colorScheme?: 'light' | 'dark' } = {}): Promise<BrowserContext> {
  const profile = await mkdtemp(join(tmpdir(), 'sluice-chromium-'));
  const { width = 1200, height = 900, colorScheme = 'light' } = options;
  const browser = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: flags, viewport: { width, height }, colorScheme });
  browser.setDefaultTimeout(45_000);
  t.after(async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  });
  return browser;
}
