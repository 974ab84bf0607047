import { normaliseEmail } from '../../sync/email.ts';
import type { PairReading } from '../../sync/pair.ts';
import type { Settings } from '../../sync/settings.ts';
import type { Call } from '../crm/call.ts';
import { soql } from '../salesforce/soql.ts';
import { textOf } from '../salesforce/text.ts';
import type { World } from '../world.ts';

export type PairAccount = NonNullable<Extract<PairReading, { kind: 'pair' }>['account']>;

const domainsPerQuery = 20;

/**
 * The one Account whose website has the domain of an email, for contacts that would be created (setting `contactForAccountDomain`).
 * Several Accounts of a domain, or none, decide nothing.
 */
export async function accountsFor(world: World, { contactForAccountDomain }: Settings, emails: readonly string[], call: Call): Promise<(email: string | null) => PairAccount | null> {
  const domains = [...new Set(emails.flatMap((email) => domainOf(email) ?? []))];
  if (!contactForAccountDomain || domains.length === 0) return () => null;
  const found = new Map<string, PairAccount[]>();
  for (let i = 0; i < domains.length; i += domainsPerQuery) {
    const some = domains.slice(i, i + domainsPerQuery);
    const anyOf = some.map((domain) => soql`Website LIKE ${`%${domain.replace(/[%_\\]/g, '\\$&')}%`}`).join(' OR ');
    const rows = await world.salesforce.queryAllPages(`SELECT Id, Name, Website FROM Account WHERE ${anyOf}`, { ...call, atMost: 2_000 });
    for (const row of rows) {
      const host = hostOf(textOf(row, 'Website'));
      if (host !== null) found.set(host, [...found.get(host) ?? [], { id: row.Id, name: textOf(row, 'Name') }]);
    }
  }
  return (email) => {
    const accounts = found.get(domainOf(email ?? '') ?? '') ?? [];
    return accounts.length === 1 ? accounts[0] ?? null : null;
  };
}

const domainOf = (email: string): string | null => normaliseEmail(email)?.split('@')[1] ?? null;

/** `https://www.acme.example/about` and `acme.example` are the site of acme.example. */
function hostOf(website: string): string | null {
  try {
    return new URL(/^[a-z]+:\/\//i.test(website) ? website : `https://${website.trim()}`).hostname.toLowerCase().replace(/^www\./, '');
  } catch {
    return null;
  }
}
