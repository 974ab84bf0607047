import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lazily } from '../../sync/lazily.ts';

test('what is made lazily is made when it is first asked for, and once', () => {
  let made = 0;
  const schema = lazily(() => ({ number: ++made }));
  assert.equal(made, 0);
  const first = schema();
  assert.deepEqual(first, { number: 1 });
  assert.equal(schema(), first);
});

test('nothing is a thing that can be made, once', () => {
  let asked = 0;
  const nothing = lazily(() => void asked++);
  assert.deepEqual([nothing(), nothing(), asked], [undefined, undefined, 1]);
});
