/**
 * Every signal, query and update with its JSON: all that a client needs to import. Inputs are one JSON object, parsed
 * strictly: an unknown field is a fault that is named.
 */
export { emptyInput, pause, resume } from './messages/common.ts';
export * from './messages/connection.ts';
export * from './messages/contact.ts';
export * from './messages/changes.ts';
export * from './messages/jobs.ts';
