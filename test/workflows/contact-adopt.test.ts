import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { adopt, noteHandover } from '../../workflows/contact/inbox.ts';
import { newContact } from '../../workflows/contact/state.ts';
import * as m from '../../workflows/messages.ts';
import { until } from '../support/until.ts';
import { testTemporal, testWorkflowBundle } from '../support/temporal.ts';
import { handover } from './fakes/contacts.ts';
import { openContacts, type OpenContacts } from './fakes/open-contacts.ts';
import { causeSays } from './fakes/workers.ts';

const temporal = await testTemporal();
const bundle = await testWorkflowBundle();
const early = '2026-01-05T10:00:00.000Z';
const late = '2026-01-05T11:00:00.000Z';
const otherLink = { type: 'Contact', id: '003000000000002AAA', rung: 'import' };

describe('what a contact takes over from a page', () => {
  const fresh = () => newContact('2026-01-05T09:00:00.000Z');

  test('a contact that knows nothing takes link, base, status and origin', () => {
    const s = fresh();
    adopt(s, handover('51', { at: early }));
    assert.deepEqual([s.link?.rung, s.base, s.phase.status, s.origin, s.lastSync?.at, s.since, s.name], ['import', { jobtitle: 'Countess' }, 'in-sync', { kind: 'import', at: early }, early, early, 'Ada Lovelace']);
  });

  test('it fills only the fields that have no base yet, an agreed blank included', () => {
    const s = fresh();
    adopt(s, handover('51', { at: early, base: { jobtitle: 'Countess', phone: null } }));
    adopt(s, handover('51', { at: late, base: { jobtitle: 'Baroness', phone: '555-1', city: 'London' } }));
    assert.deepEqual(s.base, { jobtitle: 'Countess', phone: null, city: 'London' });
  });

  test('what a base was of comes with it, though the property was mapped to another field meanwhile', () => {
    const s = fresh();
    // A sync under the new mappings left both fields for later: they have no base.
    Object.assign(s, { base: { phone: '555-1' }, baseFields: { jobtitle: 'Lead.City', phone: 'Lead.Phone', fax: 'Lead.Fax' } });
    adopt(s, handover('51', { at: early, base: { jobtitle: 'Countess', phone: '555-2' }, baseFields: { jobtitle: 'Lead.Title', phone: 'Lead.MobilePhone', fax: 'Lead.MobilePhone' } }));
    assert.deepEqual([s.base, s.baseFields], [{ jobtitle: 'Countess', phone: '555-1' }, { jobtitle: 'Lead.Title', phone: 'Lead.Phone', fax: 'Lead.Fax' }]);
  });

  test('the same handover twice is the same as once', () => {
    const s = fresh();
    adopt(s, handover('51', { at: early }));
    const once = structuredClone(s);
    adopt(s, handover('51', { at: early }));
    assert.deepEqual(s, once);
  });

  test('an older one changes nothing newer: not the status, the link, the origin or the last sync', () => {
    const s = fresh();
    adopt(s, handover('51', { at: late, trigger: 'resync' }));
    const before = structuredClone(s);
    adopt(s, handover('51', { at: early, link: otherLink, base: { city: 'Paris' }, outcome: { status: 'email-only', reason: 'Not in the segment.' } }));
    assert.deepEqual(s, before);
  });

  test('the base of another record is not taken', () => {
    const s = fresh();
    adopt(s, handover('51', { at: early }));
    adopt(s, handover('51', { at: late, link: otherLink, base: { city: 'Paris' } }));
    assert.deepEqual([s.link?.id, s.base], ['00Q000000000001AAA', { jobtitle: 'Countess' }]);
  });

  test('review, error and email-only come with what belongs to them, and none counts as a sync but the error', () => {
    const [review, failed, emailOnly] = [fresh(), fresh(), fresh()];
    adopt(review, handover('51', { at: early, link: null, base: {}, outcome: { status: 'needs-review', reason: 'Two Leads.', candidates: [{ type: 'Lead', id: '00Q000000000001AAA' }] } }));
    adopt(failed, handover('51', { at: early, outcome: { status: 'error', error: { category: 'property-value', code: 'X', message: 'Too long.', remedy: 'Shorten it.' } } }));
    adopt(emailOnly, handover('51', { at: early, base: {}, outcome: { status: 'email-only', reason: 'Not in the segment.' } }));
    assert.deepEqual([review.phase.status === 'needs-review' && review.phase.review.candidates.length, review.lastSync], [1, null]);
    assert.deepEqual([failed.phase.status === 'error' && failed.phase.error.remedy, failed.lastSync?.at], ['Shorten it.', early]);
    assert.deepEqual([emailOnly.phase.status, emailOnly.lastSync, emailOnly.origin.kind], ['email-only', null, 'import']);
  });

  test('the inbox keeps the last three, however many come', () => {
    const s = fresh();
    for (let i = 0; i < 10; i++) noteHandover(s, handover('51', { name: `Name ${i}` }));
    assert.deepEqual(s.inbox.handovers.map((h) => h.name), ['Name 7', 'Name 8', 'Name 9']);
  });
});

describe('handovers to a running contact', () => {
  let s: OpenContacts;
  before(async () => { s = await openContacts(temporal, bundle, 'adopt'); });
  after(() => s.stop());

  test('a handover starts the contact at rest: nothing is read or written, and lists show it', async () => {
    await s.signal('1', m.adopt, handover('1', { at: early }));
    await until('the contact is in sync', async () => (await s.state('1')).status === 'in-sync');
    assert.deepEqual([s.of('1').reads, s.of('1').writes.length], [0, 0]);
    const { searchAttributes, memo } = await s.handle('1').describe();
    assert.deepEqual([searchAttributes['SyncStatus'], searchAttributes['SalesforceId'], searchAttributes['InSegment'], memo], [['in-sync'], ['00Q000000000001AAA'], [true], { name: 'Ada Lovelace' }]);
  });

  test('a handover that comes with the start is taken like one that is signalled; what is meant for another contact is refused', async () => {
    const start = (id: string, adopted: string) => s.client.workflow.start<(input: object) => Promise<unknown>>('contactSync', { workflowId: s.workflowId(id), taskQueue: s.queue, args: [{ look: false, adopt: handover(adopted, { at: early }) }] });
    await start('4', '4');
    const { status, lastSync } = await s.rest('4');
    assert.deepEqual([status, lastSync?.at, s.of('4').reads], ['in-sync', early, 0]);
    const events = (await s.runs('4')).flat().filter((e) => e.workflowExecutionSignaledEventAttributes);
    assert.equal(events.length, 0);
    const refused = await start('5', '6');
    await assert.rejects(refused.result(), causeSays(/^adopt\.hubspotId: this is contact 5\.$/));
  });

  test('a base that comes late is used by the next sync: a value deleted since is deleted, not restored', async () => {
    const contact = s.of('2');
    contact.values = { jobtitle: { salesforce: 'Title', h: 'Countess', s: 'Countess' } };
    await s.sync('2');
    await s.signal('2', m.adopt, handover('2', { at: early, base: { jobtitle: 'Baroness', phone: '555-1' } }));
    contact.values = { jobtitle: { salesforce: 'Title', h: 'Countess', s: 'Countess' }, phone: { salesforce: 'Phone', h: null, s: '555-1' } };
    const state = await s.sync('2');
    assert.equal(state.status, 'in-sync');
    assert.deepEqual(contact.writes.at(-1)?.salesforce.fields, { Phone: null });
    assert.equal(contact.values.jobtitle?.h, 'Countess');
  });

  test('a handover while the contact syncs is taken after it, and does not undo it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const contact = s.of('3');
    contact.values.jobtitle = { salesforce: 'Title', h: null, s: 'Baroness' };
    contact.nextWrites.push(async () => {
      await promise;
      contact.values.jobtitle = { salesforce: 'Title', h: 'Baroness', s: 'Baroness' };
      return { kind: 'written', ref: { type: 'Lead', id: '00Q000000000001AAA' as never }, created: false, confirmed: { hubspot: ['jobtitle'], salesforce: [] }, refused: [] };
    });
    await s.signal('3', m.resync, {});
    await until('it writes', async () => contact.writes.length === 1);
    await s.signal('3', m.adopt, handover('3', { at: early, outcome: { status: 'email-only', reason: 'Not in the segment.' } }));
    resolve();
    await until('it is in sync', async () => (await s.state('3')).status === 'in-sync');
    const state = await s.sync('3');
    assert.deepEqual([state.status, state.lastSync?.trigger, contact.writes.length], ['in-sync', 'resync: test', 1]);
  });
});
