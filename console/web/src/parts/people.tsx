import type { ReactNode } from 'react';
import type { ContactSeen } from '../../../../activities/looks/contacts.ts';

/** Some contacts by name and email. */
export const People = ({ people }: { people: readonly ContactSeen[] }): ReactNode => (
  <ul className="people">{people.map(({ hubspotId, name, email }) => <li key={hubspotId}>{name}{email !== null && email !== name && <small> {email}</small>}</li>)}</ul>
);
