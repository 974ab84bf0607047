import { taskQueues, workflowIds } from '../workflows/ids.ts';

export interface WebUiLink {
  title: string;
  url: string;
}

/** Links into Temporal's Web UI: forms that are filled in, pages to look at, and lists that the UI then keeps as saved views. */
export function webUiLinks(uiUrl: string, namespace: string, connection: string): { start: WebUiLink[]; look: WebUiLink[]; views: WebUiLink[] } {
  const workflows = `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows`;
  const form = (title: string, workflowType: string, workflowId: string): WebUiLink => {
    const fields = { workflowId, taskQueue: taskQueues(connection).workflows, workflowType };
    const query = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%2F', '/')}`);
    return { title, url: `${workflows}/start-workflow?${query.join('&')}` };
  };
  const view = (title: string, condition: string): WebUiLink => {
    const query = encodeURIComponent(`Connection="${connection}"${condition === '' ? '' : ` AND ${condition}`}`);
    return { title, url: `${workflows}?query=${query}&savedQuery=${encodeURIComponent(title)}` };
  };
  return {
    start: [
      form('Import', 'salesforceImport', workflowIds.import(connection, 'first')),
      form('Resync segment', 'segmentResync', workflowIds.resync(connection, 'segment')),
      form('Resync errors', 'segmentResync', workflowIds.resync(connection, 'errors')),
    ],
    look: [
      { title: 'Connection', url: `${workflows}/${encodeURIComponent(workflowIds.connection(connection))}` },
      { title: 'Changes in HubSpot', url: `${workflows}/${encodeURIComponent(workflowIds.changes(connection, 'hubspot'))}` },
      { title: 'Changes in Salesforce', url: `${workflows}/${encodeURIComponent(workflowIds.changes(connection, 'salesforce'))}` },
      view('All of Sluice', ''),
    ],
    views: [
      view('Needs attention', 'SyncStatus IN ("error", "needs-review")'),
      // A sync under way is over before a list is read: whoever syncs is in sync, or waits for a trigger.
      view('Syncing', 'SyncStatus IN ("in-sync", "waiting")'),
      view('Outside the segment', 'SyncStatus IN ("email-only", "outside-segment")'),
    ],
  };
}
