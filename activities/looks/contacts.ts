import { CrmFailure } from '../crm/failure.ts';
import type { HubSpot, HubSpotContact } from '../hubspot/index.ts';
import { soql, type Salesforce } from '../salesforce/index.ts';
import { safeMessage } from '../../sync/errors.ts';
import type { HubSpotContactId, SalesforceType } from '../../sync/records.ts';

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
    /** Null where HubSpot has no contact with this id, or has it no more. */
    contactById: async (id: string): Promise<ContactSeen | null> => {
      const answer = await hubspot.readContact(id as HubSpotContactId, seenProperties, call);
      return answer.kind === 'live' ? seen(answer.contact) : answer.kind === 'merged' ? seen(answer.into) : null;
    },
    /** How many records of a type meet a person's SOQL condition, '' for all; or what is wrong with it, as a sentence. */
    countRecords: async (object: SalesforceType, where: string): Promise<number | string> => {
      let query = soql`SELECT COUNT() FROM ${soql.name(object)}`;
      try {
        if (where.trim() !== '') query += soql` WHERE ${soql.condition(where)}`;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
      try {
        return (await salesforce.query(query, call)).totalSize;
      } catch (error) {
        if (!(error instanceof CrmFailure) || error.status !== 400 || where.trim() === '') throw error;
        return `Salesforce does not take this condition for a ${object}: ${safeMessage(error.detail ?? '')}`;
      }
    },
  };
}
