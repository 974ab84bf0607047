import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteChange, noteSync } from '../../workflows/contact/inbox.ts';
import { newContact } from '../../workflows/contact/state.ts';

test('of the triggers of one sync a person\'s word is kept before all, then Salesforce\'s that the record is gone, else the last', () => {
  const s = newContact('2026-01-05T10:00:00.000Z');
  const kept: (string | undefined)[] = [];
  const note = (tell: () => void) => { tell(); kept.push(s.inbox.sync?.trigger); };
  note(() => noteChange(s, { source: 'hubspot', kind: 'change' }));
  note(() => noteChange(s, { source: 'salesforce', kind: 'update' }));
  note(() => noteChange(s, { source: 'salesforce', kind: 'delete' }));
  note(() => noteChange(s, { source: 'hubspot', kind: 'poll' }));
  note(() => noteSync(s, 'resync: asked by sales'));
  note(() => noteChange(s, { source: 'salesforce', kind: 'delete' }));
  assert.deepEqual(kept, ['hubspot change', 'salesforce update', 'salesforce delete', 'salesforce delete', 'resync: asked by sales', 'resync: asked by sales']);
  assert.equal(s.inbox.sync?.count, 6);
});
