import { metricMeter } from '@temporalio/workflow';
import type { ContactState } from './state.ts';

/** Counts a sync for the worker's metrics, whichever lane it came by: `before` is the last one that was counted. A replay counts nothing. */
export function countSync({ lastSync, phase: { status } }: ContactState, before: ContactState['lastSync'], connection: string): void {
  if (lastSync === null || lastSync.at === before?.at) return;
  const { hubspot, salesforce } = lastSync.wrote;
  const wrote = hubspot.length > 0 && salesforce.length > 0 ? 'both' : hubspot.length > 0 ? 'hubspot' : salesforce.length > 0 ? 'salesforce' : 'nothing';
  metricMeter.createCounter('sluice_contacts_synced', undefined, 'Contacts synced, by where something was written and the status after it').add(1, { connection, wrote, status });
}
