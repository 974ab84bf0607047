import type { WebUiLink } from '../../worker/links.ts';
import type { ContactCounts } from '../../workflows/visibility.ts';
import { rows } from './text.ts';

const list = (counts: Partial<Record<string, number>>): string => Object.entries(counts).map(([what, n]) => `${n} ${what}`).join(', ');

/** How many contacts stand where. */
export function contactCountsWords({ byStatus, errorsByCategory }: ContactCounts): string {
  const [statuses, errors] = [list(byStatus), list(errorsByCategory)];
  return rows([
    ['Contacts', statuses === '' ? 'none yet: one is listed once it was imported, synced or asked about' : statuses],
    ['Errors', errors === '' ? 'none' : `${errors}; \`sluice errors\` has the remedies`],
  ]).join('\n');
}

/** Where lists of contacts are kept up to date. */
export const viewsWords = (views: readonly WebUiLink[]): string => (views.length === 0
  ? '  Set SLUICE_TEMPORAL_UI_URL to the address of Temporal\'s Web UI for links to its lists.'
  : ['Lists in the Web UI:', ...rows(views.map(({ title, url }) => [title, url]))].join('\n'));
