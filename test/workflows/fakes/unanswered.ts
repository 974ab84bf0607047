import assert from 'node:assert/strict';
import { outside, told, type FakeContact } from './contacts.ts';

/** A first sync of this contact is decided and not sent; meanwhile a person deletes the phone in HubSpot. */
export function deleteBeforeFirstWrite(contact: FakeContact): void {
  const phone = contact.values['phone'] ?? assert.fail();
  contact.values['jobtitle'] = { salesforce: 'Title', h: null, s: 'Countess' };
  contact.nextWrites.push(() => {
    phone.h = null;
    return { kind: 'stale', why: 'The evidence of the membership is too old.' };
  });
}

/** This contact is outside, and its pass through the closed gate, of the phone, lands without an answer; meanwhile it gets a title in Salesforce. */
export function losePassAnswer(contact: FakeContact): void {
  contact.membership = outside;
  contact.values = { jobtitle: { salesforce: 'Title', h: null, s: null }, phone: { salesforce: 'Phone', h: null, s: '555-1' } };
  contact.nextWrites.push(() => {
    contact.values = { jobtitle: { salesforce: 'Title', h: null, s: 'Countess' }, phone: { salesforce: 'Phone', h: '555-1', s: '555-1' } };
    throw told('backoff', 'The connection broke.');
  });
}
