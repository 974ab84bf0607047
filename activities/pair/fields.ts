import { readField } from '../../sync/convert.ts';
import type { MappedField } from '../../sync/mapping.ts';
import { mayNeedWrite } from '../../sync/plan.ts';
import type { FieldReading, SalesforceType } from '../../sync/records.ts';
import type { Settings } from '../../sync/settings.ts';
import type { Owners } from '../connection/owners.ts';
import { externalIdField, type Schema } from '../connection/schema.ts';
import type { HubSpotContact } from '../hubspot/index.ts';
import type { SalesforceRecord, SalesforceRelated } from '../salesforce/index.ts';

/** What all pairs of one batch are read under. */
export interface Setting {
  settings: Settings;
  schema: Schema;
  owners: Owners;
}

/** One mapped field of a pair, both sides in their common form; `record` is null where there is none yet. */
export function readingOf({ settings, owners }: Setting, field: MappedField, contact: HubSpotContact, record: SalesforceRecord | null): FieldReading {
  const sides = readField(field, contact.properties[field.hubspot], record === null ? null : valueAt(record, field.salesforce), { owners, timeZone: settings.timeZone });
  const { hubspot, salesforce, rule, treatment, direction } = field;
  return { hubspot, salesforce, rule, treatment, direction, ...sides, hubspotChangedAt: null };
}

/** Whether a sync of this pair may have something to do, whatever its base is. */
export function pairDiffers(setting: Setting, contact: HubSpotContact, type: SalesforceType, record: SalesforceRecord): boolean {
  const idProperty = setting.schema.idProperties[type];
  if (record[externalIdField] !== contact.id || (idProperty !== undefined && contact.properties[idProperty] !== record.Id)) return true;
  return setting.schema.fields[type].some((field) => mayNeedWrite(readingOf(setting, field, contact, record)));
}

/** The value at a path such as `Account.Name`; null where the relation is empty. */
function valueAt(record: SalesforceRelated, path: string): unknown {
  const dot = path.indexOf('.');
  if (dot === -1) return record[path] ?? null;
  const related = record[path.slice(0, dot)];
  return typeof related === 'object' && related !== null ? valueAt(related, path.slice(dot + 1)) : null;
}
