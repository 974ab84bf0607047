import { isNumber, isText, type Field, type FieldType, type ObjectName } from './field.ts';
import type { ObjectDefinition } from './objects.ts';
import type { Schema } from './schema.ts';

const SOAP: Record<FieldType, string> = {
  id: 'tns:ID', reference: 'tns:ID', string: 'xsd:string', textarea: 'xsd:string', email: 'xsd:string', phone: 'xsd:string', url: 'xsd:string',
  picklist: 'xsd:string', multipicklist: 'xsd:string', boolean: 'xsd:boolean', int: 'xsd:int', double: 'xsd:double', currency: 'xsd:double',
  date: 'xsd:date', datetime: 'xsd:dateTime',
};

/** One object as the global describe lists it. */
export function describeObject(schema: Schema, object: ObjectDefinition, version: string): Record<string, unknown> {
  const { name } = object;
  const base = `/services/data/v${version}/sobjects/${name}`;
  const edit = name !== 'User' && schema.access(name).edit;
  return {
    activateable: false, associateEntityType: null, associateParentEntity: null, createable: edit, custom: false, customSetting: false,
    deepCloneable: false, deletable: edit, deprecatedAndHidden: false, feedEnabled: true, hasSubtypes: false, isInterface: false, isSubtype: false,
    keyPrefix: object.prefix, label: object.label, labelPlural: object.plural, layoutable: true, mergeable: name !== 'User', mruEnabled: true, name,
    queryable: true, replicateable: true, retrieveable: true, searchable: true, triggerable: true, undeletable: name !== 'User', updateable: edit,
    urls: { sobject: base, describe: `${base}/describe`, rowTemplate: `${base}/{ID}`, ...(name === 'User' ? {} : { defaultValues: `${base}/defaultValues?recordTypeId&fields` }) },
  };
}

/** The full describe: the object, its fields as the user sees them, and its children. */
export function describe(schema: Schema, object: ObjectDefinition, version: string): Record<string, unknown> {
  return {
    actionOverrides: [], childRelationships: children(schema, object.name), compactLayoutable: true, ...describeObject(schema, object, version),
    defaultImplementation: null, extendedBy: null, extendsInterfaces: null, fields: schema.fields(object.name).map((field) => describeField(schema, object.name, field)),
    implementedBy: null, implementsInterfaces: null, listviewable: null, lookupLayoutable: null, namedLayoutInfos: [], networkScopeFieldName: null,
    recordTypeInfos: [{
      active: true, available: true, defaultRecordTypeMapping: true, developerName: 'Master', master: true, name: 'Master',
      recordTypeId: '012000000000000AAA', urls: { layout: `/services/data/v${version}/sobjects/${object.name}/describe/layouts/012000000000000AAA` },
    }],
    searchLayoutable: true, sobjectDescribeOption: 'FULL', supportedScopes: [{ label: `All ${object.plural}`, name: 'everything' }],
  };
}

function children(schema: Schema, parent: ObjectName): unknown[] {
  return schema.objects().flatMap((child) => schema.fields(child.name).filter((field) => field.referenceTo.includes(parent)).map((field) => ({
    cascadeDelete: field.name === 'AccountId', childSObject: child.name, deprecatedAndHidden: false, field: field.name, junctionIdListNames: [],
    junctionReferenceTo: [], relationshipName: field.name === 'AccountId' ? child.plural : null, restrictedDelete: false,
  })));
}

function describeField(schema: Schema, object: ObjectName, field: Field): Record<string, unknown> {
  const edit = schema.access(object, field.name).edit && schema.access(object).edit && object !== 'User';
  const text = isText(field.type);
  return {
    aggregatable: field.filterable && field.type !== 'boolean', aiPredictionField: false, autoNumber: false, byteLength: field.length * (text ? 3 : 1),
    calculated: field.calculated, calculatedFormula: null, cascadeDelete: false, caseSensitive: false, compoundFieldName: null, controllerName: null,
    createable: field.createable && edit, custom: field.name.endsWith('__c'), defaultValue: field.defaultValue, defaultValueFormula: null,
    defaultedOnCreate: field.defaultedOnCreate, dependentPicklist: false, deprecatedAndHidden: false, digits: field.type === 'int' ? field.precision : 0,
    displayLocationInDecimal: false, encrypted: false, externalId: field.externalId, extraTypeInfo: null, filterable: field.filterable,
    filteredLookupInfo: null, formulaTreatNullNumberAsZero: false, groupable: field.filterable && !isNumber(field.type) && field.type !== 'datetime',
    highScaleNumber: false, htmlFormatted: false, idLookup: field.idLookup, inlineHelpText: null, label: field.label, length: field.length, mask: null,
    maskType: null, name: field.name, nameField: field.nameField, namePointing: false, nillable: field.nillable,
    permissionable: field.nillable, picklistValues: field.picklist.map((value) => ({ active: true, defaultValue: value === field.defaultValue, label: value, validFor: null, value })),
    polymorphicForeignKey: false, precision: field.type === 'int' ? 0 : field.precision, queryByDistance: false, referenceTargetField: null,
    referenceTo: field.referenceTo, relationshipName: field.relationshipName, relationshipOrder: null, restrictedDelete: false,
    restrictedPicklist: field.restricted, scale: field.scale, searchPrefilterable: false, soapType: SOAP[field.type], sortable: field.filterable,
    type: field.type, unique: field.unique, updateable: field.updateable && edit, writeRequiresMasterRead: false,
  };
}
