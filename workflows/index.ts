/** What the workflow bundle exports: one function per workflow type. */
export { connection } from './connection.ts';
export { contactSync } from './contact.ts';
export { salesforceImport } from './import.ts';
export { segmentResync } from './resync.ts';
export { hubspotChanges } from './changes/hubspot.ts';
export { salesforceChanges } from './changes/salesforce.ts';
/** What the worker runs for any other type. */
export { unknownType as default } from './unknown-type.ts';
