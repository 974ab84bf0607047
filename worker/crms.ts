import { createAllowances, type Allowances } from '../activities/crm/allowances.ts';
import { createLimiter } from '../activities/crm/limiter.ts';
import type { CallObserver } from '../activities/crm/observed.ts';
import { createHubSpot, type HubSpot } from '../activities/hubspot/index.ts';
import { createSalesforce, type Salesforce } from '../activities/salesforce/index.ts';
import type { Crm } from '../workflows/ids.ts';
import type { Environment } from './environment.ts';

/** HubSpot until its answers say otherwise: Professional and Enterprise, 190 calls per 10 s; its search 5 per s. */
const hubspotRate = { max: 190, intervalMs: 10_000 };
const searchRate = { max: 5, intervalMs: 1_000 };

/** Both CRMs' clients as one process has them: a limiter and an allowance each. No call is made before the first operation. */
export function openCrms(
  { hubspot, salesforce }: Pick<Environment, 'hubspot' | 'salesforce'>, called?: (crm: Crm, ...what: Parameters<CallObserver>) => void,
): { hubspot: HubSpot; salesforce: Salesforce; allowances: Allowances } {
  const limiters = { hubspot: createLimiter({ rate: hubspotRate, rates: { search: searchRate } }), salesforce: createLimiter() };
  const allowances = createAllowances(limiters);
  const observing = (crm: Crm): CallObserver | undefined => called && ((...what) => called(crm, ...what));
  return {
    allowances,
    hubspot: createHubSpot({ baseUrl: hubspot.baseUrl, auth: hubspot.auth, limiter: limiters.hubspot, allowance: allowances.hubspot, observe: observing('hubspot') }),
    salesforce: createSalesforce({ loginUrl: salesforce.loginUrl, clientId: salesforce.clientId, clientSecret: salesforce.clientSecret, limiter: limiters.salesforce, allowance: allowances.salesforce, observe: observing('salesforce') }),
  };
}
