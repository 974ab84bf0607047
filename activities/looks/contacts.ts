import type { HubSpot, HubSpotContact } from '../hubspot/index.ts';
import { soql, type Salesforce } from '../salesforce/index.ts';
import type { SalesforceType } from '../../sync/records.ts';

const call = { lane: 'live' } as const;
export const seenProperties = ['email', 'firstname', 'lastname'];

/** A contact as a list shows it. */
export interface ContactSeen {
  hubspotId: string;
  name: string;
  email: string | null;
}

export function seen({ id, properties }: HubSpotContact): ContactSeen {
  const name = [properties['firstname'], properties['lastname']].filter((part) => part).join(' ');
  const email = properties['email'] ?? null;
  return { hubspotId: id, name: name === '' ? email ?? `Contact ${id}` : name, email };
}

/** Contacts and records by what a person enters. */
export function contactLooks(hubspot: HubSpot, salesforce: Salesforce) {
  return {
    /** HubSpot contacts by words of their name, email, phone or company. */
    findContacts: async (words: string, limit: number): Promise<{ contacts: ContactSeen[]; total: number }> => {
      const { total, contacts } = await hubspot.countContacts({ words, properties: seenProperties, limit }, call);
      return { total, contacts: contacts.map(seen) };
    },
    /** How many records of a type meet a person's SOQL condition, '' for all. @throws Error with a sentence where it is not closed in itself. */
    countRecords: async (object: SalesforceType, where: string): Promise<number> => {
      const condition = where.trim() === '' ? '' : soql` WHERE ${soql.condition(where)}`;
      return (await salesforce.query(`${soql`SELECT COUNT() FROM ${soql.name(object)}`}${condition}`, call)).totalSize;
    },
  };
}
