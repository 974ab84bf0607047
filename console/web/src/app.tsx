import { useEffect, type ReactNode } from 'react';
import { ConnectionProvider, useConnection } from './connection.tsx';
import { ContactList } from './contacts/contact-list.tsx';
import { ContactPage } from './contacts/contact-page.tsx';
import { ImportPage } from './jobs/import-page.tsx';
import { Fault } from './parts/notes.tsx';
import { Link, usePath } from './router.tsx';
import { NewSegment } from './segments/new-segment.tsx';
import { SavedSegment } from './segments/saved-segment.tsx';
import { ConnectedApps } from './settings/connected-apps.tsx';
import { appPath, Salesforce, tabs } from './settings/salesforce.tsx';

interface Page {
  title: string;
  /** Shown beside the menu of the settings. */
  settings: boolean;
  content: ReactNode;
}

function pageAt(path: string): Page {
  const segment = /^\/segments\/([^/]+)$/.exec(path)?.[1];
  const tab = tabs.find(({ name }) => path === `${appPath}/${name}`);
  if (tab !== undefined) return { title: `Salesforce: ${tab.title}`, settings: true, content: <Salesforce tab={tab} /> };
  if (path === '/' || path === '/settings' || path === '/settings/integrations/connected-apps') return { title: 'Connected apps', settings: true, content: <ConnectedApps /> };
  const contact = /^\/contacts\/([^/]+)$/.exec(path)?.[1];
  if (path === '/contacts') return { title: 'Contacts', settings: false, content: <ContactList /> };
  if (contact !== undefined) return { title: 'Contact', settings: false, content: <ContactPage key={contact} id={decodeURIComponent(contact)} /> };
  if (path === '/import') return { title: 'Import', settings: false, content: <ImportPage /> };
  if (segment === 'new') return { title: 'New segment', settings: false, content: <NewSegment /> };
  if (segment !== undefined) return { title: 'Segment', settings: false, content: <SavedSegment id={decodeURIComponent(segment)} /> };
  return { title: 'Not found', settings: false, content: <NotFound /> };
}

/** The frame of every page: the bar at the top, and in the settings the menu at the left. */
export function App(): ReactNode {
  const path = usePath();
  const { title, settings, content } = pageAt(path);
  useEffect(() => { document.title = `${title} | Sluice`; }, [title]);
  return (
    <ConnectionProvider>
      <a className="skip" href="#main">Skip to the content</a>
      <header className="bar">
        <Link to="/" className="brand">Sluice</Link>
        <nav aria-label="Main">
          <Link to="/contacts" current={path.startsWith('/contacts')}>Contacts</Link>
          <Link to="/import" current={path === '/import'}>Import</Link>
          <Link to="/settings/integrations/connected-apps" current={settings} label="Settings"><Gear /> <span>Settings</span></Link>
        </nav>
      </header>
      <div className={settings ? 'frame with-menu' : 'frame'}>
        {settings && (
          <nav className="menu" aria-label="Settings">
            <h2>Integrations</h2>
            <Link to="/settings/integrations/connected-apps" current>Connected apps</Link>
          </nav>
        )}
        <main id="main">
          <Trouble />
          {content}
        </main>
      </div>
    </ConnectionProvider>
  );
}

/** What stands in the way of everything: said on every page. */
function Trouble(): ReactNode {
  const { value, trouble } = useConnection();
  if (trouble !== null) return <Fault>{trouble}</Fault>;
  if (value === null || value.health.problems.length === 0) return null;
  return <Fault>{value.health.problems.join(' ')}</Fault>;
}

const NotFound = (): ReactNode => (
  <>
    <h1 tabIndex={-1}>There is no such page</h1>
    <p>See the <Link to="/settings/integrations/connected-apps">connected apps</Link>.</p>
  </>
);

const Gear = (): ReactNode => (
  <svg width="18" height="18" viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.6">
    <circle cx="10" cy="10" r="3" />
    <path d="M10 1.5v3M10 15.5v3M1.5 10h3M15.5 10h3M4 4l2.1 2.1M13.9 13.9L16 16M4 16l2.1-2.1M13.9 6.1L16 4" />
  </svg>
);
