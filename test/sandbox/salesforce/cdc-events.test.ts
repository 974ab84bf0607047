import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CONTACTS, LEADS, said, startCdc } from './cdcClient.ts';
import { control, startOrg } from './sandbox.ts';

const { sandbox, url, connection, subscribed, kept, last, create } = await startCdc();
const { clock } = sandbox;

describe('events of Change Data Capture', () => {
  test('of a creation have all fields with a value, compound ones nested, and name the client of the call options', async () => {
    const from = await last(CONTACTS);
    const id = await create('Contact', { FirstName: 'Ada', LastName: 'Lovelace', MailingCity: 'London', Email: 'ada@x.example' });
    const [event] = await kept(CONTACTS, from);
    const { ChangeEventHeader: header, ...values } = event?.payload ?? { ChangeEventHeader: { recordIds: [], changedFields: [] } };
    assert.deepEqual([header['entityName'], header.recordIds, header['changeType'], header['sequenceNumber'], header.changedFields], ['Contact', [id], 'CREATE', 1, []]);
    assert.deepEqual([header['changeOrigin'], header['commitUser']], ['com/salesforce/api/rest/67.0;client=tester', sandbox.org.identity.integrationUser]);
    assert.deepEqual([values['Name'], values['MailingAddress'], values['Email']], [{ LastName: 'Lovelace', FirstName: 'Ada' }, { City: 'London' }, 'ada@x.example']);
    assert.match(String(values['LastModifiedDate']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    assert.ok(!('SystemModstamp' in values) && !('Id' in values) && !('Phone' in values));
  });

  test('of an update name what changed, what was cleared, and LastModifiedDate even where nothing else did', async () => {
    const id = await create('Contact', { LastName: 'x', Phone: '1', MailingCity: 'Rome' });
    const from = await last(CONTACTS);
    await connection.update('Contact', { Id: id, Phone: null, MailingCity: 'Oslo', Title: 'Dr' });
    await connection.update('Contact', { Id: id, Title: 'Dr' });
    const [changed, touched] = await kept(CONTACTS, from);
    const header = changed?.payload.ChangeEventHeader;
    assert.deepEqual(header?.changedFields.toSorted(), ['LastModifiedDate', 'MailingAddress.City', 'Phone', 'Title']);
    assert.deepEqual([header?.['nulledFields'], changed?.payload['Phone'], changed?.payload['MailingAddress']], [['Phone'], null, { City: 'Oslo' }]);
    assert.deepEqual(touched?.payload.ChangeEventHeader.changedFields, ['LastModifiedDate']);
  });

  test('of a person have no origin; a delete has no fields, an undelete all, an emptied bin makes none', async () => {
    const from = await last(LEADS);
    const { id } = (await control(url, 'POST', 'create', { object: 'Lead', fields: { LastName: 'p', Company: 'c' } })) as { id: string };
    await control(url, 'POST', 'edit', { id, fields: { City: 'Paris' } });
    await control(url, 'POST', 'delete', { id });
    await control(url, 'POST', 'undelete', { id });
    await control(url, 'POST', 'delete', { id });
    await control(url, 'POST', 'empty-bin');
    const events = await kept(LEADS, from);
    assert.deepEqual(events.map(said), [['CREATE', id], ['UPDATE', id], ['DELETE', id], ['UNDELETE', id], ['DELETE', id]]);
    assert.deepEqual(new Set(events.map(({ payload }) => payload.ChangeEventHeader['changeOrigin'])), new Set(['']));
    assert.deepEqual(Object.keys(events[2]?.payload ?? {}), ['ChangeEventHeader']);
    assert.deepEqual(events[3]?.payload['Address'], { City: 'Paris' });
  });

  test('of a merge: the losers are deleted, the master is updated; replay ids ascend with gaps between', async () => {
    const [master, first, second] = [await create('Lead', { LastName: 'm', Company: 'c' }), await create('Lead', { LastName: 'a', Company: 'c' }), await create('Lead', { LastName: 'b', Company: 'c' })];
    const from = await last(LEADS);
    await control(url, 'POST', 'merge', { master, losers: [first, second] });
    const events = await kept(LEADS, from);
    assert.deepEqual(events.map(said), [['DELETE', first], ['DELETE', second], ['UPDATE', master]]);
    assert.deepEqual(events.map(({ payload }) => payload.ChangeEventHeader['sequenceNumber']), [1, 2, 3]);
    assert.equal(new Set(events.map(({ payload }) => payload.ChangeEventHeader['transactionKey'])).size, 1);
    const ids = (await kept(LEADS, -2)).map(({ event }) => event.replayId);
    assert.deepEqual(ids, ids.toSorted((a, b) => a - b));
    assert.ok((ids.at(-1) ?? 0) - (ids[0] ?? 0) > ids.length - 1);
  });

  test('of a conversion: the Contact is created or updated, then the Lead is updated with what it became, without LastModifiedDate', async () => {
    const [lead, other] = [await create('Lead', { LastName: 'c', Company: 'c', Phone: '1' }), await create('Lead', { LastName: 'd', Company: 'c', Phone: '2' })];
    const contact = await create('Contact', { LastName: 'kept' });
    const [leads, contacts] = [await last(LEADS), await last(CONTACTS)];
    const { contactId } = (await control(url, 'POST', 'convert', { leadId: lead })) as { contactId: string };
    await control(url, 'POST', 'convert', { leadId: other, contactId: contact });
    assert.deepEqual((await kept(CONTACTS, contacts)).map(said), [['CREATE', contactId], ['UPDATE', contact]]);
    const events = await kept(LEADS, leads);
    assert.deepEqual(events.map(said), [['UPDATE', lead], ['UPDATE', other]]);
    assert.deepEqual([events[0]?.payload['IsConverted'], events[0]?.payload['ConvertedContactId']], [true, contactId]);
    assert.deepEqual(events[0]?.payload.ChangeEventHeader.changedFields.filter((name) => name.startsWith('LastModified')), []);
  });

  test('of what is rolled back there are none; two saves of a record in one transaction make one', async () => {
    const id = await create('Contact', { LastName: 'x' });
    const from = await last(CONTACTS);
    await connection.update('Contact', [{ Id: id, Phone: '1' }, { Id: id, Email: 'no email' }], { allOrNone: true });
    const part = (fields: object, referenceId: string): object => ({ method: 'PATCH', url: `/services/data/v67.0/sobjects/Contact/${id}`, referenceId, body: fields });
    const composite = (...compositeRequest: object[]): Promise<unknown> => connection.requestPost('/composite', { allOrNone: true, compositeRequest });
    await composite(part({ Phone: '2' }, 'a'), part({ Email: 'no email' }, 'b'));
    assert.deepEqual(await kept(CONTACTS, from), []);
    await composite(part({ Phone: '3' }, 'a'), part({ Title: 'Dr' }, 'b'));
    const events = await kept(CONTACTS, from);
    assert.deepEqual(events.map(said), [['UPDATE', id]]);
    assert.deepEqual([events[0]?.payload['Phone'], events[0]?.payload['Title']], ['3', 'Dr']);
  });

  test('are kept for 72 hours, across a reset not at all; a seed makes none', async () => {
    const [from, all] = [await last(LEADS), (await kept(LEADS, -2)).length];
    assert.ok(all > 0);
    clock.advance(72 * 3600 * 1000 + 1);
    assert.deepEqual(await kept(LEADS, -2), []);
    const { answer } = await subscribed(LEADS, from);
    assert.match(answer?.error ?? '', new RegExp(`^400::The replayId \\{${from}\\} you provided was invalid\\.`));
    const other = await startOrg({ seed: { seed: 'us-500' }, cdc: { delayMs: [0, 0] } });
    assert.deepEqual(((await control(other.url, 'GET', 'cdc')) as { kept: object }).kept, { Lead: 0, Contact: 0 });
  });

  test('are told by the control path with the time of their commit, before anybody may receive them', async () => {
    const own = await startOrg({ cdc: { delayMs: [60_000, 60_000] } });
    const { id } = (await control(own.url, 'POST', 'create', { object: 'Lead', fields: { LastName: 'x', Company: 'c' } })) as { id: string };
    const since = own.clock.now();
    await control(own.url, 'POST', 'edit', { id, fields: { Title: 'Dr' } });
    const { events } = (await control(own.url, 'GET', `cdc/events?since=${since}`)) as { events: { header: { recordIds: string[]; commitTimestamp: number }; values: { Title: string } }[] };
    const edited = events.at(-1);
    assert.deepEqual([edited?.header.recordIds, edited?.values.Title], [[id], 'Dr']);
    assert.ok((edited?.header.commitTimestamp ?? 0) >= since);
  });
});
