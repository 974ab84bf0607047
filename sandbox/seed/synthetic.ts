import { Random } from '../common/random.ts';
import { INDUSTRIES, LEAD_SOURCES, ownerOf, TITLES, type SeedPerson } from './person.ts';

const FIRST = ['Ada', 'Bruno', 'Clara', 'David', 'Elif', 'Farid', 'Greta', 'Hugo', 'Iris', 'Jonas', 'Kenji', 'Lucia', 'Marek', 'Nadia', 'Olof', 'Priya', 'Quentin', 'Rosa', 'Samir', 'Tove'] as const;
const LAST = ['Abel', 'Berg', 'Costa', 'Dietz', 'Ekman', 'Fabre', 'Garcia', 'Hansen', 'Ibarra', 'Jensen', 'Kovacs', 'Lang', 'Moreau', 'Novak', 'Okafor', 'Petit', 'Quist', 'Rossi', 'Sato', 'Toth'] as const;
const TRADES = ['Mills', 'Foods', 'Works', 'Systems', 'Partners', 'Tools', 'Logistics', 'Studios'] as const;
const CITIES = [['Portland', 'OR', '97201'], ['Austin', 'TX', '73301'], ['Madison', 'WI', '53703'], ['Albany', 'NY', '12201'], ['Denver', 'CO', '80202'], ['Savannah', 'GA', '31401']] as const;
const WEBMAIL = ['gmail.example', 'yahoo.example', 'aol.example', 'hotmail.example'] as const;

/**
 * `count` made-up people, known to both CRMs with the same values, half Leads and half Contacts, about two fifths with a webmail address. The same
 * numbers give the same people; emails are unique, as they carry the position.
 */
export function synthetic(count: number, randomSeed: number): SeedPerson[] {
  const random = new Random(randomSeed);
  return Array.from({ length: count }, (_, index): SeedPerson => {
    const firstName = random.pick(FIRST);
    const lastName = random.pick(LAST);
    const company = `${random.pick(LAST)} ${random.pick(TRADES)}`;
    const [city, state, zip] = random.pick(CITIES);
    const domain = random.chance(0.4) ? random.pick(WEBMAIL) : `${company.toLowerCase().replace(' ', '-')}.example`;
    return {
      index,
      kind: index % 2 === 0 ? 'Lead' : 'Contact',
      firstName,
      lastName,
      email: `${firstName}.${lastName}.${index}@${domain}`.toLowerCase(),
      company,
      title: random.pick(TITLES),
      phone: `+1 555 ${String(1_000_000 + random.int(9_000_000))}`,
      mobile: random.chance(0.5) ? `+1 556 ${String(1_000_000 + random.int(9_000_000))}` : '',
      street: `${1 + random.int(999)} ${random.pick(LAST)} Street`,
      city,
      state,
      zip,
      country: 'United States',
      website: `https://www.${company.toLowerCase().replace(' ', '-')}.example`,
      industry: random.pick(INDUSTRIES),
      leadSource: random.pick(LEAD_SOURCES),
      ownerEmail: ownerOf(random.int(4)),
      hubspot: {},
      differences: [],
    };
  });
}
