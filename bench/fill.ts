import { Client, Connection } from '@temporalio/client';
import * as z from 'zod';
import { createSluiceClient, type Progress } from '../client/sluice-client.ts';
import { hubspot, salesforce } from '../demo/crm.ts';
import { request } from '../demo/http.ts';
import { checked } from '../demo/world.ts';
import { startStack } from '../worker/stack.ts';
import type { ImportProgress } from '../workflows/messages.ts';
import { checkEdits } from './edits.ts';
import { checkFilled } from './filled.ts';

export interface FillOptions {
  contacts: number;
  segment: boolean;
  segmentLagMs: number;
  rateLimit: boolean;
  random: number;
}

const callCount = z.object({ total: z.number(), byRoute: z.record(z.string(), z.number()) });

/**
 * Imports and fills `contacts` people that only Salesforce has. Calls are counted by the sandboxes, from the start of the import
 * until each contact's workflow is there. Answers what is wrong with the result, each as a sentence.
 */
export async function fill({ contacts, segment, segmentLagMs, rateLimit, random }: FillOptions): Promise<string[]> {
  const env = { SANDBOX_SEGMENT_LAG_MS: String(segmentLagMs), SANDBOX_SEARCH_LAG_MS: '0', ...(rateLimit ? {} : { SANDBOX_RATE_LIMIT: 'off' }) };
  const stack = await startStack({ isolated: true, env });
  const { temporal, hubspot: hubspotUrl, salesforce: salesforceUrl } = stack.addresses;
  const connection = await Connection.connect({ address: temporal });
  const client = new Client({ connection, namespace: stack.namespace });
  try {
    await stack.worker.stop();
    await request(z.unknown(), `${hubspotUrl}/_sandbox/reset`, { method: 'POST', body: { seed: 'empty' } });
    await request(z.unknown(), `${salesforceUrl}/_sandbox/reset`, { method: 'POST', body: { seed: 'synthetic', count: contacts, random } });
    // The first worker saw other accounts: a new connection begins with these.
    await stack.startWorker({ SLUICE_CONNECTION: 'bench' });
    const sluice = createSluiceClient({ client, connection: 'bench' });
    await checked(sluice);
    const crms = { hubspot: hubspot(hubspotUrl), salesforce: await salesforce(salesforceUrl) };
    if (segment) await selectEveryone(sluice, hubspotUrl);
    const before = await crms.salesforce.records();
    for (const url of [hubspotUrl, salesforceUrl]) await request(z.unknown(), `${url}/_sandbox/calls`, { method: 'DELETE' });
    const start = performance.now();
    const { workflowId } = await sluice.startImport({});
    const result = await ended(sluice.watch(workflowId));
    const seconds = (performance.now() - start) / 1000;
    const calls = { hubspot: await request(callCount, `${hubspotUrl}/_sandbox/calls`), salesforce: await request(callCount, `${salesforceUrl}/_sandbox/calls`) };
    const problems = [...await checkFilled({ client, connection: 'bench', crms, before }), ...await checkEdits({ sluice, crms, random })];
    report({ contacts, seconds, result, calls });
    return segment ? problems : [...problems, ...tooManyCalls(contacts, calls)];
  } finally {
    await connection.close();
    await stack.stop();
  }
}

/** Per new contact, with no segment set: import and fill together. */
const mostCalls = { hubspot: 0.06, salesforce: 0.02 };

function tooManyCalls(contacts: number, calls: Record<keyof typeof mostCalls, Counted>): string[] {
  return (['hubspot', 'salesforce'] as const).filter((crm) => calls[crm].total / contacts > mostCalls[crm])
    .map((crm) => `${calls[crm].total} ${crm} calls for ${contacts} contacts are more than ${mostCalls[crm]} each`);
}

async function ended(progress: AsyncIterable<Progress>): Promise<ImportProgress> {
  let last: Progress | null = null;
  for await (const now of progress) last = now;
  if (last?.job !== 'import') throw new Error('the import told nothing');
  return last;
}

async function selectEveryone(sluice: ReturnType<typeof createSluiceClient>, hubspotUrl: string): Promise<void> {
  const filter = { filterType: 'PROPERTY', property: 'email', operation: { operationType: 'ALL_PROPERTY', operator: 'IS_KNOWN' } };
  const filterBranch = { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filterBranches: [], filters: [filter] }] };
  const body = { name: 'Everyone with an email', objectTypeId: '0-1', processingType: 'DYNAMIC', filterBranch };
  await request(z.unknown(), `${hubspotUrl}/crm/v3/lists`, { method: 'POST', token: 'pat-sandbox', body });
  await sluice.selectSegment('Everyone with an email');
}

type Counted = z.output<typeof callCount>;

function report({ contacts, seconds, result, calls }: { contacts: number; seconds: number; result: ImportProgress; calls: { hubspot: Counted; salesforce: Counted } }): void {
  const per = (n: number): string => (n / contacts).toFixed(4);
  const rows: [string, string | number, string][] = [];
  for (const [crm, { byRoute, total }] of [['HubSpot', calls.hubspot], ['Salesforce', calls.salesforce]] as const) {
    for (const [route, n] of Object.entries(byRoute).sort(([, a], [, b]) => b - a)) rows.push([`  ${route}`, n, per(n)]);
    rows.push([`${crm}, all calls`, total, per(total)]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  console.log(`Import and fill of ${contacts} contacts: ${seconds.toFixed(1)} s until each has its workflow; created ${result.created}, filled ${result.now.filled}, told ${result.now.filling}, email-only ${result.now.emailOnly}.`);
  console.log(`${'calls'.padEnd(width)}  ${'number'.padStart(7)}  per contact`);
  for (const [name, n, each] of rows) console.log(`${name.padEnd(width)}  ${String(n).padStart(7)}  ${each.padStart(11)}`);
  console.log(JSON.stringify({
    bench: 'fill', contacts, seconds: Number(seconds.toFixed(2)),
    callsPerContact: { hubspot: Number(per(calls.hubspot.total)), salesforce: Number(per(calls.salesforce.total)) },
  }));
}
