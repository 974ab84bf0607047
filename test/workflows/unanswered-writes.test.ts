import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { WriteOutcome } from '../../sync/pair.ts';
import * as m from '../../workflows/messages.ts';
import { until } from '../support/until.ts';
import { testTemporal, testWorkflowBundle } from '../support/temporal.ts';
import { linkedLead, told } from './fakes/contacts.ts';
import { openContacts, type OpenContacts } from './fakes/open-contacts.ts';
import { deleteBeforeFirstWrite, losePassAnswer } from './fakes/unanswered.ts';

const temporal = await testTemporal();
const bundle = await testWorkflowBundle();

describe('writes that were not answered', () => {
  let s: OpenContacts;
  before(async () => { s = await openContacts(temporal, bundle, 'unanswered'); });
  after(() => s.stop());

  /**
   * A contact in sync, whose title a person changes in HubSpot to "Baroness". The write of that lands, and the person changes it to "Duchess"
   * before `answer` comes; `further` answer the next writes.
   */
  const changedMeanwhile = async (id: string, answer: () => WriteOutcome, ...further: (() => WriteOutcome)[]) => {
    const { values, nextWrites, writes } = s.of(id);
    const title = values['jobtitle'] ?? assert.fail();
    await s.sync(id);
    await s.sync(id);
    writes.length = 0;
    title.h = 'Baroness';
    nextWrites.push(() => {
      Object.assign(title, { s: 'Baroness', h: 'Duchess' });
      return answer();
    }, ...further);
    await s.signal(id, m.changed, { source: 'hubspot', kind: 'propertyChange' });
    await until('it was written again', async () => writes.length === 2 + further.length);
    await s.rest(id);
    return { title, sent: writes.map((w) => [w.hubspot, w.salesforce.fields]) };
  };
  const broken = (message: string) => (): never => { throw told('backoff', message); };

  test('a write that landed without an answer is nobody\'s edit: what a person changed meanwhile stands', async () => {
    const { title, sent } = await changedMeanwhile('1', broken('The connection broke.'));
    assert.deepEqual([title.h, title.s, sent], ['Duchess', 'Duchess', [[{}, { Title: 'Baroness' }], [{}, { Title: 'Duchess' }]]]);
  });

  test('what landed without an answer is not forgotten with the next write, which never came to be sent', async () => {
    const { title, sent } = await changedMeanwhile('2', broken('The connection broke.'), broken('Salesforce is away.'));
    assert.deepEqual([title.h, title.s, sent], ['Duchess', 'Duchess', [[{}, { Title: 'Baroness' }], [{}, { Title: 'Duchess' }], [{}, { Title: 'Duchess' }]]]);
  });

  test('a write that is told as stale only when it is repeated may have landed all the same', async () => {
    const { title } = await changedMeanwhile('3', () => ({ kind: 'stale', why: 'The evidence of the membership is too old.', mayHaveLanded: true }));
    assert.deepEqual([title.h, title.s], ['Duchess', 'Duchess']);
  });

  test('what both sides held is known though the first write was not sent: a value that is deleted meanwhile is deleted, not filled in again', async () => {
    const contact = s.of('4');
    deleteBeforeFirstWrite(contact);
    await s.sync('4');
    assert.deepEqual([contact.values, contact.writes.at(-1)?.salesforce.fields], [{ jobtitle: { salesforce: 'Title', h: 'Countess', s: 'Countess' }, phone: { salesforce: 'Phone', h: null, s: null } }, { Phone: null }]);
  });

  test('S4 a pass through the closed gate that landed without an answer was made: what changed since is not written', async () => {
    const contact = s.of('5');
    losePassAnswer(contact);
    await s.signal('5', m.adopt, { hubspotId: '5', salesforce: { type: linkedLead.type, id: linkedLead.id }, bypass: 'on-create' });
    await until('it is frozen', async () => (await s.state('5')).status === 'outside-segment');
    assert.deepEqual([contact.writes.map(({ hubspot }) => hubspot), (await s.state('5')).origin.kind], [[{ phone: '555-1' }], 'past-the-gate']);
    const history = await s.handle('5').query(m.history);
    assert.ok(history.every(({ fields }) => fields.every(({ hubspot }) => hubspot !== 'jobtitle')), 'nothing is told that was not written');
  });
});
