import { z } from 'zod';
import type { ErrorClass } from '../../sync/errors.ts';
import type { Call } from '../crm/call.ts';
import { CrmFailure } from '../crm/failure.ts';
import { verdictOf } from '../crm/verdict.ts';
import type { Requester } from './request.ts';
import { soql } from './soql.ts';
import type { Salesforce, SalesforceField } from './types.ts';

/** Holds the HubSpot contact's id, on Lead and Contact alike. */
const EXTERNAL_ID = 'HubSpot_Contact_Id__c';

const fieldSchema = z
  .object({
    name: z.string(),
    label: z.string(),
    type: z.string(),
    length: z.number().default(0),
    precision: z.number().default(0),
    scale: z.number().default(0),
    nillable: z.boolean(),
    createable: z.boolean(),
    updateable: z.boolean(),
    unique: z.boolean().default(false),
    externalId: z.boolean().default(false),
    calculated: z.boolean().default(false),
    defaultedOnCreate: z.boolean().default(false),
    restrictedPicklist: z.boolean().default(false),
    picklistValues: z.array(z.object({ label: z.string().nullable(), value: z.string(), active: z.boolean() })).default([]),
    referenceTo: z.array(z.string()).default([]),
  })
  .transform(({ restrictedPicklist, picklistValues, ...field }): SalesforceField => ({
    ...field,
    restricted: restrictedPicklist,
    picklist: picklistValues.filter(({ active }) => active).map(({ label, value }) => ({ value, label: label ?? value })),
  }));

const describeSchema = z.object({ name: z.string(), createable: z.boolean(), updateable: z.boolean(), queryable: z.boolean(), fields: z.array(fieldSchema).min(1) });

type Descriptions = Pick<Salesforce, 'describe' | 'limits' | 'checkAccess'>;

/** What the org has, allows and counts. */
export function describeCalls(requester: Requester): Descriptions {
  const describe = (type: string, call: Call) =>
    requester.send({ operation: `describe ${type}`, method: 'GET', path: `/sobjects/${soql.name(type).text}/describe`, schema: describeSchema, repeatable: true }, call);

  const missingOn = async (type: string, call: Call): Promise<string[]> => {
    try {
      const { fields, ...object } = await describe(type, call);
      const rights = (['queryable', 'createable', 'updateable'] as const).filter((right) => !object[right]).map((right) => RIGHTS[right]);
      const sentences = rights.map((right) => `The Salesforce integration user may not ${right} ${type}s: allow it in its permission set.`);
      return [...sentences, ...wrongExternalId(type, fields.find(({ name }) => name === EXTERNAL_ID))];
    } catch (error) {
      // An API that is switched off or used up says nothing of the object.
      if (!(error instanceof CrmFailure) || (error.status !== 404 && error.status !== 403) || !aboutObject.has(verdictOf(error).class)) throw error;
      return [`The Salesforce integration user may not see ${type}s: allow reading, creating and editing them in its permission set.`];
    }
  };

  return {
    describe: async (type, call) => (await describe(type, call)).fields,

    async limits(call) {
      const schema = z.object({ DailyApiRequests: z.object({ Max: z.number(), Remaining: z.number() }) });
      const { DailyApiRequests } = await requester.send({ operation: 'read the limits', method: 'GET', path: '/limits', schema, repeatable: true }, call);
      return { max: DailyApiRequests.Max, remaining: DailyApiRequests.Remaining };
    },

    checkAccess: async (call) => [...(await missingOn('Lead', call)), ...(await missingOn('Contact', call))],
  };
}

const aboutObject = new Set<ErrorClass>(['permissions', 'record-missing']);
const RIGHTS = { queryable: 'read', createable: 'create', updateable: 'edit' } as const;

function wrongExternalId(type: string, field: SalesforceField | undefined): string[] {
  if (!field) return [`${type} has no field ${EXTERNAL_ID} that the Salesforce integration user can see: create it on ${type} as Text(32), unique and external id, and allow reading and editing it.`];
  const wrong = [
    ...(field.externalId ? [] : [`${type}.${EXTERNAL_ID} is no external id: tick "External ID" in the field's definition.`]),
    ...(field.unique ? [] : [`${type}.${EXTERNAL_ID} is not unique: tick "Unique" in the field's definition, or two records may claim one contact.`]),
  ];
  const writable = field.createable && field.updateable;
  return writable ? wrong : [...wrong, `The Salesforce integration user may not write ${type}.${EXTERNAL_ID}: allow editing the field in its permission set.`];
}
