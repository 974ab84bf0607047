import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import { behindPerSecond, streamsOf } from '../../bench/measure/import-history.ts';

type Runs = Parameters<typeof streamsOf>[0];

/** An activity of a run, from one second to another. */
function activity(id: number, name: string, from: number, until: number, result: unknown = {}): Runs[number] {
  const payload = defaultPayloadConverter.toPayload(result);
  return [
    { eventId: id as never, eventTime: { seconds: from as never, nanos: 0 }, activityTaskScheduledEventAttributes: { activityType: { name } } },
    { eventId: (id + 1) as never, eventTime: { seconds: until as never, nanos: 500_000_000 }, activityTaskCompletedEventAttributes: { scheduledEventId: id as never, result: { payloads: payload === undefined ? [] : [payload] } } },
  ];
}

const runs: Runs = [
  [...activity(5, 'listPages', 1, 2), ...activity(7, 'importPage', 2, 10), ...activity(9, 'handOver', 10, 20, { done: 100 })],
  [...activity(5, 'importPage', 12, 21), ...activity(7, 'handOver', 20, 30, { done: 100 }), ...activity(9, 'handOver', 30, 40, { done: 100 })],
];

test('the data of an import has ended with its last page, in whatever run, and pages were handed over in the order of their ends', () => {
  const streams = streamsOf(runs);
  assert.equal(streams.dataUntil, 21_500);
  assert.deepEqual(streams.handedOver.map(({ until, contacts }) => [until, contacts]), [[20_500, 100], [30_500, 100], [40_500, 100]]);
});

test('only what was handed over alone tells how fast that is', () => {
  const streams = streamsOf(runs);
  // From the end of the first page after the data, at 30.5 s: 100 contacts.
  assert.equal(behindPerSecond(streams, 40_500), 10);
});

test('where nothing or little was handed over alone, all of it tells', () => {
  const streams = streamsOf(runs);
  assert.equal(behindPerSecond({ ...streams, dataUntil: 99_000 }, 60_000), 6); // 300 in the 50 s since the first was begun
  const [first, second, last] = streams.handedOver;
  assert.ok(first !== undefined && second !== undefined && last !== undefined);
  assert.equal(behindPerSecond({ ...streams, handedOver: [first, second, { ...last, contacts: 10 }] }, 52_000), 5);
});
