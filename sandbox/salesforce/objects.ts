import { field, longText, readOnly, type Field, type ObjectName } from './field.ts';

export type ObjectDefinition = { name: ObjectName; label: string; plural: string; prefix: string; fields: Field[] };

const salutations = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.', 'Mx.'];
const sources = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'];
const industries = [
  'Agriculture', 'Apparel', 'Banking', 'Biotechnology', 'Chemicals', 'Communications', 'Construction', 'Consulting', 'Education', 'Electronics', 'Energy',
  'Engineering', 'Entertainment', 'Environmental', 'Finance', 'Food & Beverage', 'Government', 'Healthcare', 'Hospitality', 'Insurance', 'Machinery',
  'Manufacturing', 'Media', 'Not For Profit', 'Recreation', 'Retail', 'Shipping', 'Technology', 'Telecommunications', 'Transportation', 'Utilities', 'Other',
];

const user = (name: string, relationshipName: string, rest: Partial<Field> = {}): Field =>
  field(name, 'reference', { referenceTo: ['User'], relationshipName, nillable: false, defaultedOnCreate: true, ...rest });
const account = (name: string, relationshipName: string, rest: Partial<Field> = {}): Field =>
  field(name, 'reference', { referenceTo: ['Account'], relationshipName, ...rest });

const id = field('Id', 'id', { ...readOnly, nillable: false, defaultedOnCreate: true });
const deleted = (of: ObjectName): Field[] => [
  field('IsDeleted', 'boolean', { ...readOnly }),
  field('MasterRecordId', 'reference', { ...readOnly, referenceTo: [of], relationshipName: 'MasterRecord' }),
];
const audit: Field[] = [
  field('CreatedDate', 'datetime', { ...readOnly, nillable: false, defaultedOnCreate: true }),
  user('CreatedById', 'CreatedBy', readOnly),
  field('LastModifiedDate', 'datetime', { ...readOnly, nillable: false, defaultedOnCreate: true }),
  user('LastModifiedById', 'LastModifiedBy', readOnly),
  field('SystemModstamp', 'datetime', { ...readOnly, nillable: false, defaultedOnCreate: true }),
];
const personName: Field[] = [
  field('LastName', 'string', { length: 80, nillable: false }),
  field('FirstName', 'string', { length: 40 }),
  field('Salutation', 'picklist', { length: 40, picklist: salutations }),
  field('Name', 'string', { ...readOnly, length: 121, nillable: false, nameField: true, label: 'Full Name' }),
];
const address = (prefix: string): Field[] => [
  field(`${prefix}Street`, 'textarea'),
  field(`${prefix}City`, 'string', { length: 40 }),
  field(`${prefix}State`, 'string', { length: 80 }),
  field(`${prefix}PostalCode`, 'string', { length: 20 }),
  field(`${prefix}Country`, 'string', { length: 80 }),
];
const size: Field[] = [
  field('Industry', 'picklist', { picklist: industries }),
  field('AnnualRevenue', 'currency', { precision: 18, scale: 0 }),
  field('NumberOfEmployees', 'int', { precision: 8 }),
];
/** Beside the external id, one custom field of each type on Lead and Contact, so that each conversion can be tried. */
const custom = (): Field[] => [
  field('HubSpot_Contact_Id__c', 'string', { length: 32, unique: true, externalId: true, idLookup: true, label: 'HubSpot Contact Id' }),
  field('Legacy_Id__c', 'string', { length: 40, externalId: true, idLookup: true }),
  field('Contract_Ends__c', 'date'),
  field('Last_Demo__c', 'datetime'),
  field('VIP__c', 'boolean'),
  field('Score__c', 'double', { precision: 8, scale: 2 }),
  field('Interests__c', 'multipicklist', { picklist: ['Analytics', 'Email', 'Events', 'Support', 'Training'], restricted: true }),
  field('Tier__c', 'picklist', { picklist: ['Gold', 'Silver', 'Bronze'], restricted: true }),
];

/** The org's objects as they are after a reset. */
export function standardObjects(): ObjectDefinition[] {
  return [
    {
      name: 'Account', label: 'Account', plural: 'Accounts', prefix: '001',
      fields: [
        id, ...deleted('Account'),
        field('Name', 'string', { nillable: false, nameField: true, label: 'Account Name' }),
        field('Type', 'picklist', { picklist: ['Prospect', 'Customer - Direct', 'Customer - Channel', 'Channel Partner / Reseller', 'Other'] }),
        account('ParentId', 'Parent'), ...address('Billing'),
        field('Phone', 'phone'), field('Fax', 'phone'), field('Website', 'url'), ...size, longText('Description'), user('OwnerId', 'Owner'), ...audit,
      ],
    },
    {
      name: 'Contact', label: 'Contact', plural: 'Contacts', prefix: '003',
      fields: [
        id, ...deleted('Contact'), account('AccountId', 'Account'), ...personName, ...address('Mailing'),
        field('Phone', 'phone'), field('Fax', 'phone'), field('MobilePhone', 'phone'), field('HomePhone', 'phone'),
        field('ReportsToId', 'reference', { referenceTo: ['Contact'], relationshipName: 'ReportsTo' }),
        field('Email', 'email', { idLookup: true }), field('Title', 'string', { length: 128 }), field('Department', 'string', { length: 80 }),
        field('LeadSource', 'picklist', { picklist: sources }), field('Birthdate', 'date'), longText('Description'), user('OwnerId', 'Owner'),
        field('HasOptedOutOfEmail', 'boolean'), field('DoNotCall', 'boolean'), ...audit, ...custom(),
      ],
    },
    {
      name: 'Lead', label: 'Lead', plural: 'Leads', prefix: '00Q',
      fields: [
        id, ...deleted('Lead'), ...personName, field('Title', 'string', { length: 128 }), field('Company', 'string', { nillable: false }),
        ...address(''), field('Phone', 'phone'), field('MobilePhone', 'phone'), field('Fax', 'phone'), field('Email', 'email', { idLookup: true }),
        field('Website', 'url'), longText('Description'), field('LeadSource', 'picklist', { picklist: sources }),
        field('Status', 'picklist', {
          picklist: ['Open - Not Contacted', 'Working - Contacted', 'Closed - Converted', 'Closed - Not Converted'],
          nillable: false, defaultedOnCreate: true, defaultValue: 'Open - Not Contacted',
        }),
        field('Rating', 'picklist', { picklist: ['Hot', 'Warm', 'Cold'] }), ...size, user('OwnerId', 'Owner'),
        field('HasOptedOutOfEmail', 'boolean'), field('DoNotCall', 'boolean'),
        field('IsConverted', 'boolean', { ...readOnly }), field('ConvertedDate', 'date', { ...readOnly }),
        account('ConvertedAccountId', 'ConvertedAccount', readOnly),
        field('ConvertedContactId', 'reference', { ...readOnly, referenceTo: ['Contact'], relationshipName: 'ConvertedContact' }),
        ...audit, ...custom(),
      ],
    },
    {
      name: 'User', label: 'User', plural: 'Users', prefix: '005',
      fields: [
        id, field('Username', 'string', { length: 80, nillable: false, unique: true, idLookup: true }),
        ...personName.filter((one) => one.name !== 'Salutation'),
        field('Email', 'email', { length: 128, nillable: false, idLookup: true }), field('Alias', 'string', { length: 8, nillable: false }),
        field('IsActive', 'boolean'), field('UserType', 'picklist', { ...readOnly, picklist: ['Standard', 'AutomatedProcess'] }),
        field('TimeZoneSidKey', 'picklist', { picklist: ['GMT'], nillable: false, defaultedOnCreate: true, defaultValue: 'GMT' }), ...audit,
      ],
    },
  ];
}
