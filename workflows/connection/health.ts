import { durationOf, LANES, shutWords, totalOf } from '../../sync/allocation.ts';
import type { Budgets, Settings } from '../../sync/settings.ts';
import { crms, type Crm } from '../ids.ts';
import type * as m from '../messages.ts';

/** The answer to the query `health`. */
export function healthOf(s: Settings, budgets: Budgets): m.Health {
  const unusable = s.segment?.unusable ?? null;
  const status = !s.ready ? 'not-ready' : unusable !== null ? 'segment-unusable' : s.paused ? 'paused' : 'ready';
  const problems = [...s.problems, ...(unusable === null ? [] : [`The inclusion segment is unusable, so nothing syncs: ${unusable} Choose another segment, or clear the setting.`])];
  const waiting = crms.flatMap((crm) => LANES.flatMap((lane) => {
    const shut = budgets[crm].shut[lane];
    return shut === null ? [] : [shutWords(crm, lane, shut, budgets[crm])];
  }));
  return { status, problems, warnings: [...waiting, ...s.warnings, ...(s.segment?.warnings ?? [])], calls: { hubspot: callsOf(budgets, 'hubspot'), salesforce: callsOf(budgets, 'salesforce') } };
}

function callsOf(budgets: Budgets, crm: Crm): m.CallsUsed {
  const { used, allowed, windowMs, account } = budgets[crm];
  return { used: totalOf(used), byLane: used, allowed, windowSeconds: windowMs / 1000, account: account === null ? null : { used: account.used, limit: account.limit, at: new Date(account.at).toISOString() } };
}

/** What the Web UI shows of the connection. */
export function connectionDetails(s: Settings, budgets: Budgets): string {
  const { status, problems, warnings, calls } = healthOf(s, budgets);
  const used = ({ used, allowed, windowSeconds }: m.CallsUsed) => `${used} of ${allowed ?? 'an unknown number'} in ${durationOf(windowSeconds * 1000)}`;
  return [
    `## Connection ${s.connection}: ${status}`, '',
    ...problems.map((p) => `- **${p}**`), ...warnings.map((w) => `- ${w}`), '',
    '| | |', '|---|---|',
    `| Inclusion segment | ${s.segment === null ? 'none: every contact may sync' : `${s.segment.name} (${s.segment.id}), since ${s.segment.selectedAt}`} |`,
    `| Accounts | ${s.accounts === null ? 'not known yet' : `HubSpot portal ${s.accounts.hubspotPortalId}, Salesforce org ${s.accounts.salesforceOrgId}`} |`,
    `| Creates in Salesforce | ${s.createAs} |`, `| Creates in HubSpot | ${s.createInHubSpot} |`, `| Deletes in HubSpot / in Salesforce | ${s.deletes.inHubSpot} / ${s.deletes.inSalesforce} |`,
    `| Calls to HubSpot / to Salesforce | ${used(calls.hubspot)} / ${used(calls.salesforce)} |`, `| Settings version | ${s.version} |`, '',
    `Changes are noticed by \`changes/${s.connection}/hubspot\` and \`changes/${s.connection}/salesforce\`.`,
    `Import: start a \`salesforceImport\` workflow with the id \`import/${s.connection}/first\`. Resync the segment: \`segmentResync\`, \`resync/${s.connection}/segment\`.`,
    ...s.rejected.map((r) => `- Signal \`${r.signal}\` was not understood: ${r.fault}`),
  ].join('\n');
}
