/**
 * HubSpot serves the same calls under two families of paths. `v3` is unsupported from September 2027; the dated family
 * has the same bodies, so moving is a change of this one constant.
 */
const FAMILY: 'v3' | '2026-03' = 'v3';

const FAMILIES = {
  v3: {
    contacts: '/crm/v3/objects/contacts',
    properties: '/crm/v3/properties/contacts',
    owners: '/crm/v3/owners',
    lists: '/crm/v3/lists',
    token: '/oauth/v1/token',
  },
  '2026-03': {
    contacts: '/crm/objects/2026-03/contacts',
    properties: '/crm/properties/2026-03/contacts',
    owners: '/crm/owners/2026-03',
    lists: '/crm/lists/2026-03',
    token: '/oauth/2026-03/token',
  },
} as const;

export const PATHS = { ...FAMILIES[FAMILY], account: '/account-info/v3/details' };
