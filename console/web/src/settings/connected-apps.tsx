import type { ReactNode } from 'react';
import { useConnection } from '../connection.tsx';
import { Link } from '../router.tsx';
import { appPath } from './salesforce.tsx';

const words = { ready: 'Syncing', paused: 'Paused', 'not-ready': 'Not ready', 'segment-unusable': 'The inclusion segment cannot be used' } as const;

export function ConnectedApps(): ReactNode {
  const { value } = useConnection();
  return (
    <>
      <h1 tabIndex={-1}>Connected apps</h1>
      <ul className="cards">
        <li>
          <Link to={`${appPath}/contacts`}>Salesforce</Link>
          <span className={`state ${value?.health.status ?? ''}`}>{value === null ? '' : words[value.health.status]}</span>
        </li>
      </ul>
    </>
  );
}
