import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** What axe-core finds against WCAG 2.2 AA on the page as it is, one line each. */
export async function violations(page: Page): Promise<string[]> {
  // By the debugger, which the page's own policy does not bind.
  await page.evaluate(axe);
  const found = await page.evaluate<{ violations: Violation[] }>("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })");
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary ?? ''}`).join(' | ')}`);
}

/** Presses Tab until the element that has the focus is called `name`; so a person gets there who has no mouse. */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate<string>("(() => { const e = document.activeElement; const by = e?.getAttribute('aria-labelledby'); return (e?.getAttribute('aria-label') ?? (by ? by.split(' ').map((id) => document.getElementById(id)?.innerText ?? '').join(' ') : '') ?? '') || e?.innerText || e?.closest('label')?.innerText || ''; })()");
    if (name.test(focused.trim())) return;
  }
  throw new Error(`80 times Tab, and nothing called ${String(name)} has the focus`);
}
