import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ImportProgress } from '../../workflows/messages.ts';
import { progressBar } from '../../client/words/progress-bar.ts';

const progress: ImportProgress = {
  job: 'import', phase: 'importing and filling', paused: false, startedAt: '2026-01-05T10:00:00.000Z', finishedAt: null, perSecond: 50, secondsLeft: 4, waits: null, listing: { by: 'pages', job: null, note: null }, workflows: { done: 10, waiting: 90 },
  total: 400, read: 200, created: 100, alreadyThere: 100, duplicates: 0, skipped: {}, failed: 0, now: { filled: 80, filling: 0, emailOnly: 120, needsReview: 0, error: 0 },
};

function stream(isTTY: boolean): { isTTY: boolean; columns: number; write: (text: string) => boolean; written: string[] } {
  const written: string[] = [];
  return { isTTY, columns: 80, written, write: (text) => written.push(text) > 0 };
}

describe('The progress bar', () => {
  test('draws over itself in a terminal, within its width, and clears up', () => {
    const out = stream(true);
    const bar = progressBar(out);
    bar.show(progress);
    bar.show({ ...progress, read: 400 });
    bar.end();
    assert.ok(out.written[0]?.startsWith(`\r\x1b[K[${'#'.repeat(15)}${'.'.repeat(15)}] importing and filling: 200 of 400`));
    assert.ok(out.written[1]?.startsWith(`\r\x1b[K[${'#'.repeat(30)}]`));
    for (const line of out.written.slice(0, 2)) assert.ok(line.length <= 79 + '\r\x1b[K'.length);
    assert.equal(out.written[2], '\r\x1b[K');
  });

  test('is a plain line per phase where nobody watches', () => {
    const out = stream(false);
    const bar = progressBar(out);
    bar.show(progress);
    bar.show({ ...progress, read: 300 });
    bar.show({ ...progress, phase: 'done' });
    bar.end();
    assert.deepEqual(out.written, [
      'importing and filling: 200 of 400 (50 a second, 4 s left); created 100, filled 80, email-only 120; workflows 10\n',
      'done: 200 of 400 (50 a second, 4 s left); created 100, filled 80, email-only 120; workflows 10\n',
    ]);
  });
});
