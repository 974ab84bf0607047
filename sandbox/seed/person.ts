/** The values both CRMs hold of a person; blank is "". */
export type SeedValues = {
  firstName: string;
  lastName: string;
  email: string;
  company: string;
  title: string;
  phone: string;
  mobile: string;
  street: string;
  city: string;
  state: string;
  zip: string;
  country: string;
  website: string;
  industry: string;
  leadSource: string;
  /** Email of one of `seedOwners`. */
  ownerEmail: string;
};

export type Difference =
  | 'phone blank in HubSpot'
  | 'other title in HubSpot'
  | 'email in capitals in HubSpot'
  | 'city blank in Salesforce'
  | 'mobile only in HubSpot'
  | 'owner unknown to Salesforce'
  | 'email blank in Salesforce'
  | 'email of another Lead';

/**
 * One fictional person: the values as Salesforce gets them. `hubspot` is null where HubSpot does not know the person, else the values that differ there
 * ({} where none does). `differences` says in words what was made different on purpose.
 */
export type SeedPerson = SeedValues & {
  index: number;
  kind: 'Lead' | 'Contact';
  hubspot: Partial<SeedValues> | null;
  differences: Difference[];
};

export type SeedOwner = { email: string; firstName: string; lastName: string; inHubSpot: boolean; inSalesforce: boolean };

/** The people who own records. Four are known to both CRMs, one to HubSpot alone. */
export const seedOwners: readonly SeedOwner[] = [
  { email: 'mia.keller@sluice.example', firstName: 'Mia', lastName: 'Keller', inHubSpot: true, inSalesforce: true },
  { email: 'noah.brandt@sluice.example', firstName: 'Noah', lastName: 'Brandt', inHubSpot: true, inSalesforce: true },
  { email: 'ines.duarte@sluice.example', firstName: 'Ines', lastName: 'Duarte', inHubSpot: true, inSalesforce: true },
  { email: 'omar.haddad@sluice.example', firstName: 'Omar', lastName: 'Haddad', inHubSpot: true, inSalesforce: true },
  { email: 'lena.only-hubspot@sluice.example', firstName: 'Lena', lastName: 'Vogel', inHubSpot: true, inSalesforce: false },
];

export const TITLES = ['Buyer', 'Office Manager', 'Head of Marketing', 'Engineer', 'Owner', 'Sales Director', 'Accountant', 'Operations Lead'] as const;
export const INDUSTRIES = ['Agriculture', 'Banking', 'Construction', 'Education', 'Healthcare', 'Manufacturing', 'Retail', 'Technology'] as const;
export const LEAD_SOURCES = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'] as const;
export const UNKNOWN_TO_SALESFORCE = 'lena.only-hubspot@sluice.example';

/** The owner of the person at that place, known to both sides. */
export function ownerOf(index: number): string {
  const shared = seedOwners.filter(({ inHubSpot, inSalesforce }) => inHubSpot && inSalesforce);
  return shared[index % shared.length]?.email ?? '';
}

/** One of `from`, by position, without randomness. */
export function nth(from: readonly string[], index: number): string {
  return from[index % from.length] ?? '';
}
