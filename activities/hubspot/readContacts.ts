import { z } from 'zod';
import type { Call } from '../crm/call.ts';
import { chunks } from '../crm/chunks.ts';
import { CrmFailure } from '../crm/failure.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { contactBatchSchema, contactSchema, plain } from './contactSchema.ts';
import { PATHS } from './paths.ts';
import type { Requester } from './request.ts';
import type { ContactAnswer, HubSpot, HubSpotContact } from './types.ts';

/** A batch takes 100 inputs; with history half of it is the documented bound of the list call, kept here too. */
const BATCH = 100;
const BATCH_WITH_HISTORY = 50;

/** Without them a merge or a second email would go unnoticed. */
const ALWAYS = ['email', 'hs_additional_emails', 'hs_merged_object_ids'];

type Reads = Pick<HubSpot, 'readContacts' | 'readContact' | 'readArchived' | 'readContactsByEmail' | 'searchContacts' | 'countContacts'>;

/** The reads of contacts: by id, by email, among the archived, by search. */
export function contactReads(requester: Requester): Reads {
  const readBatch = async (inputs: readonly string[], properties: readonly string[], call: Call & { withHistory?: readonly string[] }, options: { archived?: boolean; idProperty?: string } = {}) => {
    const answer = await requester.send(
      {
        operation: options.archived ? 'read archived contacts' : 'read contacts',
        method: 'POST',
        path: `${PATHS.contacts}/batch/read`,
        query: { archived: options.archived },
        body: {
          inputs: inputs.map((id) => ({ id })),
          properties: [...new Set([...properties, ...ALWAYS])],
          propertiesWithHistory: call.withHistory ?? [],
          ...(options.idProperty ? { idProperty: options.idProperty } : {}),
        },
        schema: contactBatchSchema,
        repeatable: true,
      },
      call,
    );
    // A row that could not be read is not a row that is not there.
    const other = answer.errors.find(({ category }) => category !== undefined && category !== 'OBJECT_NOT_FOUND');
    if (other) throw new CrmFailure({ system: 'hubspot', operation: 'read contacts', status: 207, code: other.category ?? null, detail: other.message ?? null });
    return answer.results.map(plain);
  };
  const search = (body: object, call: Call) => requester.send(
    {
      operation: 'search contacts', method: 'POST', path: `${PATHS.contacts}/search`, body,
      schema: z.object({ total: z.number(), results: z.array(contactSchema) }),
      repeatable: true, rate: 'search',
    },
    call,
  );

  const readAll = async (ids: readonly HubSpotContactId[], properties: readonly string[], call: Call & { withHistory?: readonly string[] }, archived: boolean) => {
    const answers = new Map<HubSpotContactId, ContactAnswer>();
    const batches = chunks([...new Set(ids)], call.withHistory?.length ? BATCH_WITH_HISTORY : BATCH);
    await Promise.all(batches.map(async (batch) => {
      const contacts = await readBatch(batch, properties, call, { archived });
      for (const id of batch) answers.set(id, answerFor(id, contacts, archived));
    }));
    return answers;
  };

  const getContact = async (id: HubSpotContactId, properties: readonly string[], call: Call & { withHistory?: readonly string[] }) => {
    const { withHistory } = call;
    return plain(
      await requester.send(
        {
          operation: 'read a contact',
          method: 'GET',
          path: `${PATHS.contacts}/${encodeURIComponent(id)}`,
          query: { properties: [...new Set([...properties, ...ALWAYS])], propertiesWithHistory: withHistory },
          schema: contactSchema,
          repeatable: true,
        },
        call,
      ),
    );
  };

  return {
    readContacts: (ids, properties, call) => readAll(ids, properties, call, false),
    readArchived: (ids, properties, call) => readAll(ids, properties, call, true),

    async readContact(id, properties, call) {
      try {
        const contact = await getContact(id, properties, call);
        // HubSpot answers both old ids of a merge with the third record that the merge made.
        return contact.id === id ? { kind: 'live', contact } : { kind: 'merged', into: contact };
      } catch (error) {
        if (!(error instanceof CrmFailure) || error.status !== 404) throw error;
        const archived = await readAll([id], properties, { lane: call.lane, signal: call.signal }, true);
        return archived.get(id) ?? { kind: 'missing' };
      }
    },

    async readContactsByEmail(emails, properties, call) {
      const found = new Map<string, HubSpotContact>();
      await Promise.all(chunks([...new Set(emails)], BATCH).map(async (batch) => {
        const contacts = await readBatch(batch, properties, call, { idProperty: 'email' });
        const byEmail = new Map(contacts.flatMap((contact) => [...emailsOf(contact)].map((email) => [email, contact] as const)));
        for (const email of batch) {
          const contact = byEmail.get(email.trim().toLowerCase());
          if (contact) found.set(email, contact);
        }
      }));
      return found;
    },

    async countContacts({ filterGroups = [], words, properties, limit }, call) {
      const { total, results } = await search({ filterGroups, ...(words !== undefined && { query: words }), properties: [...properties], limit }, call);
      return { total, contacts: results.map(plain) };
    },

    async searchContacts({ property, value, properties }, call) {
      const { results } = await search({ filterGroups: [{ filters: [{ propertyName: property, operator: 'EQ', value }] }], properties: [...properties, ...ALWAYS], limit: 200 }, call);
      return results.map(plain);
    },
  };
}

function answerFor(id: HubSpotContactId, contacts: readonly HubSpotContact[], archived: boolean): ContactAnswer {
  const contact = contacts.find((candidate) => candidate.id === id);
  if (contact) return archived || contact.archived ? { kind: 'archived', contact } : { kind: 'live', contact };
  const into = archived ? undefined : contacts.find((candidate) => candidate.mergedIds.includes(id));
  return into ? { kind: 'merged', into } : { kind: 'missing' };
}

/** Primary and additional emails, in lower case: both identify the contact. */
function emailsOf({ properties }: HubSpotContact): Set<string> {
  const additional = (properties['hs_additional_emails'] ?? '').split(';');
  return new Set([properties['email'] ?? '', ...additional].map((email) => email.trim().toLowerCase()).filter(Boolean));
}
