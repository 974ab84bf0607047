import { durationOf } from '../../sync/allocation.ts';
import type { Settings } from '../../sync/settings.ts';
import type { CallsUsed, Health, SegmentEntry } from '../../workflows/messages.ts';
import { rows, table, time } from './text.ts';

/** A connection's settings, and what stands in its way. */
export function settingsWords(s: Settings): string {
  return [
    `Connection ${s.connection}: ${s.ready ? (s.paused ? 'paused' : 'ready') : 'not ready'}`,
    ...s.problems.map((problem) => `  ! ${problem}`),
    ...(s.segment?.unusable == null ? [] : [`  ! The inclusion segment is unusable, so nothing syncs: ${s.segment.unusable}`]),
    ...rows([
      ['Inclusion segment', s.segment === null ? 'none: every contact may sync' : `"${s.segment.name}" (${s.segment.id}), since ${time(s.segment.selectedAt)}${s.segment.selectedBy === null ? '' : ` by ${s.segment.selectedBy}`}`],
      ['Accounts', s.accounts === null ? 'not known yet' : `HubSpot portal ${s.accounts.hubspotPortalId}, Salesforce org ${s.accounts.salesforceOrgId}`],
      ['Creates in Salesforce', s.createAs === 'never' ? 'nothing' : `a ${s.createAs} where none matches`],
      ['Creates in HubSpot', s.createInHubSpot === 'never' ? 'nothing, but by import' : `from a Lead or Contact that is ${s.createInHubSpot === 'on-create' ? 'created' : 'created or updated'} and matches none, once past the gate`],
      ...(s.contactForAccountDomain ? [['Account domain', 'whose email has the domain of exactly one Account becomes a Contact of it']] as const : []),
      ['Deletes', `in HubSpot after one in Salesforce: ${s.deletes.inHubSpot}; in Salesforce after one in HubSpot: ${s.deletes.inSalesforce}; grace ${s.deletes.graceHours} h`],
      ['Time zone', s.timeZone],
      ['Settle window', `${s.settleWindowMs} ms`],
      ['Import looks again', s.looksAfterSeconds.length === 0 ? 'never' : `after ${s.looksAfterSeconds.join(', ')} s`],
      ['API allocation', `Salesforce ${s.allocation.salesforce ?? "half of the org's"} calls in ${durationOf(s.allocationWindow * 1000)}, HubSpot ${s.allocation.hubspotPerDay ?? "half of the account's"} in 24 h and ${s.allocation.hubspotPer10Seconds ?? 'all'} in 10 s`],
      ['Settings version', String(s.version)],
    ]),
    ...s.warnings.map((warning) => `  Note: ${warning}`),
    '', table(['HubSpot', 'Lead', 'Contact', 'Rule'], s.mappings.map((m) => [m.hubspot, m.lead ?? '', m.contact ?? '', m.rule])),
    ...(s.changes.length === 0 ? [] : ['', 'Last changes:', ...s.changes.slice(0, 5).map(({ at, by, what }) => `  ${time(at)}${by === null ? '' : ` by ${by}`}: ${what}`)]),
  ].join('\n');
}

/** Whether the connection can sync, and what it spends of the API. */
export function healthWords(connection: string, { status, problems, warnings, calls }: Health): string {
  return [
    `Connection ${connection}: ${status}`, ...problems.map((problem) => `  ! ${problem}`), ...warnings.map((warning) => `  Note: ${warning}`),
    ...rows([['Calls to HubSpot', callsWords(calls.hubspot)], ['Calls to Salesforce', callsWords(calls.salesforce)]]),
  ].join('\n');
}

function callsWords({ used, byLane, allowed, windowSeconds, account }: CallsUsed): string {
  const whole = account === null ? '' : `; the whole account ${account.used} of ${account.limit}, at ${time(account.at)}`;
  return `${used}${allowed === null ? '' : ` of ${allowed} allowed`} in ${durationOf(windowSeconds * 1000)} (live ${byLane.live}, retries and polls ${byLane.retry}, imports and resyncs ${byLane.backfill})${whole}`;
}

/** The segments that can be selected; the one in force is marked. */
export function segmentsWords(segments: readonly (SegmentEntry & { selected: boolean })[]): string {
  if (segments.length === 0) return 'HubSpot has no active contact segment. Create one there; static ones cannot be selected.';
  return table(['', 'Id', 'Name', 'Members', ''], segments.map((s) => [s.selected ? '*' : '', s.id, s.name, s.size === null ? '?' : String(s.size), s.processing ? 'still processing' : '']));
}
