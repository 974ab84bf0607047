import { resolveMappings, type MappedField, type Resolved } from '../../sync/mapping.ts';
import type { SalesforceType } from '../../sync/records.ts';
import type { Settings } from '../../sync/settings.ts';
import type { HubSpot } from '../hubspot/index.ts';
import type { Salesforce } from '../salesforce/index.ts';
import { remember } from '../remember.ts';

/** HubSpot's own properties for the ids of the Salesforce record; used where the account has them. */
export const idProperties: Record<SalesforceType, string> = { Lead: 'salesforceleadid', Contact: 'salesforcecontactid' };

/** The external id on Lead and Contact: holds the HubSpot contact id. */
export const externalIdField = 'HubSpot_Contact_Id__c';

const identityProperties = ['email', 'firstname', 'lastname', 'hs_additional_emails', 'hs_merged_object_ids', 'lastmodifieddate'];

/** The mappings as both accounts allow them, and what has to be read for them. */
export interface Schema extends Resolved {
  /** HubSpot properties to read, identity included. */
  properties: string[];
  /** The id properties that the account has. */
  idProperties: Partial<Record<SalesforceType, string>>;
  /** Salesforce fields to read per type, identity included. */
  select: Record<SalesforceType, string[]>;
}

export interface SchemaReader {
  read: (settings: Pick<Settings, 'mappings'>) => Promise<Schema>;
  /** Has the next read describe both accounts anew. */
  forget: () => void;
}

/** Feeds ask all day long: with 5 minutes an idle connection would make more calls for this than for its polls. */
export const rememberedMs = 10 * 60_000;

export interface SchemaReader {
  read: (settings: Pick<Settings, 'mappings'>) => Promise<Schema>;
  /** The next read describes both accounts anew. */
  forget: () => void;
}

/** Describes both accounts (one HubSpot and two Salesforce calls, remembered for 10 minutes) and resolves the mappings against them. */
export function schemaReader(hubspot: HubSpot, salesforce: Salesforce): SchemaReader {
  let resolve = resolver(hubspot, salesforce);
  return { read: ({ mappings }) => resolve(JSON.stringify(mappings)), forget: () => { resolve = resolver(hubspot, salesforce); } };
}

function resolver(hubspot: HubSpot, salesforce: Salesforce): (mappings: string) => Promise<Schema> {
  const describe = remember(rememberedMs, async () => {
    const call = { lane: 'live' } as const;
    const [properties, lead, contact] = await Promise.all([hubspot.properties(call), salesforce.describe('Lead', call), salesforce.describe('Contact', call)]);
    return { properties, fields: { Lead: lead, Contact: contact } };
  });
  return remember(rememberedMs, async (key: string): Promise<Schema> => {
    const { properties, fields } = await describe('both');
    const resolved = resolveMappings(JSON.parse(key) as Settings['mappings'], properties, fields);
    const names = new Set(properties.map((p) => p.name));
    const own: Schema['idProperties'] = {};
    for (const type of ['Lead', 'Contact'] as const) if (names.has(idProperties[type])) own[type] = idProperties[type];
    const wanted = [...identityProperties, ...Object.values(own), ...[...resolved.fields.Lead, ...resolved.fields.Contact].map((f) => f.hubspot)];
    return { ...resolved, properties: [...new Set(wanted)].filter((p) => names.has(p)), idProperties: own, select: { Lead: selected('Lead', resolved.fields.Lead), Contact: selected('Contact', resolved.fields.Contact) } };
  });
}

/** Many contacts meet the same missing field at once: the schemas are read anew at most so often. */
const lookEveryMs = 10_000;
/** So long after a mapping was suspended work that met its field is repeated. */
const movedMs = 60_000;

/** Whether a mapping was suspended just now, by a fresh look at both schemas, since a CRM said that a field is not there. The connection is asked to say so. */
export function goneFields({ settings, schema, askForCheck }: { settings: () => Promise<Settings>; schema: SchemaReader; askForCheck: () => Promise<void> }): () => Promise<boolean> {
  let movedAt = -Infinity;
  const look = remember(lookEveryMs, async () => {
    const now = await settings();
    const skipped = async () => JSON.stringify((await schema.read(now)).skipped);
    const before = await skipped();
    schema.forget();
    if (before === (await skipped())) return;
    movedAt = Date.now();
    await askForCheck();
  });
  return async () => {
    await look('fields');
    return Date.now() - movedAt < movedMs;
  };
}

function selected(type: SalesforceType, fields: MappedField[]): string[] {
  const own = type === 'Lead' ? ['IsConverted', 'ConvertedContactId'] : [];
  return [...new Set(['Id', 'Email', externalIdField, 'IsDeleted', 'MasterRecordId', 'SystemModstamp', ...own, ...fields.map((f) => f.salesforce)])];
}
