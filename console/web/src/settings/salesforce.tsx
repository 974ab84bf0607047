import type { ReactNode } from 'react';
import { Link } from '../router.tsx';
import { ApiUsage } from './api-usage.tsx';
import { CreationAndDeletion } from './creation-and-deletion.tsx';
import { FieldMappings } from './field-mappings.tsx';
import { LimitSync } from './limit-sync.tsx';
import { SyncHealth } from './sync-health.tsx';

export const appPath = '/settings/integrations/connected-apps/salesforce';

interface Tab {
  name: string;
  title: string;
  content: ReactNode;
}

export const tabs: readonly Tab[] = [
  { name: 'contacts', title: 'Contacts', content: <LimitSync /> },
  { name: 'field-mappings', title: 'Field mappings', content: <FieldMappings /> },
  { name: 'creation-and-deletion', title: 'Creation and deletion', content: <CreationAndDeletion /> },
  { name: 'api-usage', title: 'API usage', content: <ApiUsage /> },
  { name: 'sync-health', title: 'Sync health', content: <SyncHealth /> },
];

/** The settings of the connection, by tabs; each has an address of its own. */
export function Salesforce({ tab }: { tab: Tab }): ReactNode {
  return (
    <>
      <nav aria-label="Where you are" className="crumbs"><Link to="/settings/integrations/connected-apps">Connected apps</Link></nav>
      <h1 tabIndex={-1}>Salesforce</h1>
      <nav className="tabs" aria-label="Salesforce">
        {tabs.map(({ name, title }) => <Link key={name} to={`${appPath}/${name}`} current={name === tab.name}>{title}</Link>)}
      </nav>
      {tab.content}
    </>
  );
}
