import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unrepeatableTask, type HistoryEvent } from '../../worker/unrepeatable.ts';

const build = 'ab12';
const done = (eventId: number, id = build): HistoryEvent => ({ eventId: String(eventId), workflowTaskCompletedEventAttributes: { workerVersion: { buildId: id } } });
const failed = (eventId: number, message: string): HistoryEvent => ({ eventId: String(eventId), workflowTaskFailedEventAttributes: { failure: { message } } });
const other = (eventId: number): HistoryEvent => ({ eventId: String(eventId) });
const unlike = (machine: string, event: string): string => `[TMPRL1100] Nondeterminism error: ${machine} machine does not handle this event: HistoryEvent(${event})`;

// As runs were met whose worker had been killed. A signal's activity (75) stands before the update (76) that a replay takes first.
const update = [done(68), other(69), done(74), other(75), other(76), other(77), done(82), other(83), failed(133, unlike('Update', 'id: 75, ActivityTaskScheduled')), failed(137, unlike('Update', 'id: 75, ActivityTaskScheduled'))];
// A question came before the task: what waited was taken by the clock of the task before.
const clock = [done(944), other(945), done(949), other(950), done(979), other(980), done(984), failed(1049, unlike('Activity', 'id: 980, TimerStarted'))];

describe('a run that no worker can replay', () => {
  test('begins anew before the task that wrote what no replay comes to', () => {
    assert.equal(unrepeatableTask(update, build)?.eventId, '74');
    assert.equal(unrepeatableTask(clock, build)?.eventId, '979');
  });

  test('is left to people where other code wrote it', () => {
    assert.equal(unrepeatableTask([...clock.slice(0, 4), done(979, 'cd34'), ...clock.slice(5)], build), null);
  });

  test('is left alone once it goes on, or where it stands still for another reason', () => {
    assert.equal(unrepeatableTask([...update, done(140)], build), null);
    assert.equal(unrepeatableTask([done(68), failed(70, 'Workflow is not defined')], build), null);
    assert.equal(unrepeatableTask([failed(4, unlike('Activity', 'id: 5, TimerStarted'))], build), null);
    assert.equal(unrepeatableTask([], build), null);
  });
});
