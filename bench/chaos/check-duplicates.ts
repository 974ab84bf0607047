import type { Violation } from '../soak/story.ts';
import type { End } from './story.ts';

/** Each email and each external id once; people create nobody twice. A converted Lead is history. */
export function checkDuplicates({ contacts, records }: End): Violation[] {
  const live = records.filter(({ converted }) => !converted);
  return [
    ...twice('two contacts with one email', contacts, ({ email }) => email?.toLowerCase() ?? null),
    ...twice('two records with one email', live, ({ email }) => email?.toLowerCase() ?? null),
    ...twice('two records with one external id', live, ({ externalId }) => externalId),
  ];
}

function twice<One extends { id: string }>(invariant: string, all: readonly One[], keyOf: (one: One) => string | null): Violation[] {
  return [...Map.groupBy(all, keyOf)].filter(([key, those]) => key !== null && those.length > 1)
    .map(([key, those]) => ({ invariant, hubspotId: '', what: `${key}: ${those.map(({ id }) => id).join(', ')}` }));
}
