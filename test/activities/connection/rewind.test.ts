import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { misorderedTask, type HistoryEvent } from '../../../activities/connection/rewind.ts';

const done = (eventId: number): HistoryEvent => ({ eventId: String(eventId), workflowTaskCompletedEventAttributes: {} });
const failed = (eventId: number, message: string): HistoryEvent => ({ eventId: String(eventId), workflowTaskFailedEventAttributes: { failure: { message } } });
const other = (eventId: number): HistoryEvent => ({ eventId: String(eventId) });
const misordered = '[TMPRL1100] Nondeterminism error: Update machine does not handle this event: HistoryEvent(id: 75, ActivityTaskScheduled)';

// As a run was met that had been killed: a signal's activity (75) stands before the update (76) that a replay takes first.
const met = [done(68), other(69), done(74), other(75), other(76), other(77), done(82), other(83), failed(133, misordered), failed(137, misordered)];

describe('a run that no worker can replay', () => {
  test('begins anew before the task that wrote an update after what it came with', () => {
    assert.equal(misorderedTask(met)?.eventId, '74');
  });

  test('is left alone once it goes on, or where it stands still for another reason', () => {
    assert.equal(misorderedTask([...met, done(140)]), null);
    assert.equal(misorderedTask([done(68), failed(70, '[TMPRL1100] Nondeterminism error: Activity machine does not handle this event: HistoryEvent(id: 60, TimerStarted)')]), null);
    assert.equal(misorderedTask([]), null);
  });
});
