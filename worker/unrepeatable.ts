/** One event of a history, as far as it is looked at here. */
export interface HistoryEvent {
  eventId?: { toString(): string } | null;
  workflowTaskCompletedEventAttributes?: { workerVersion?: { buildId?: string | null } | null } | null;
  workflowTaskFailedEventAttributes?: { failure?: { message?: string | null } | null } | null;
}

const unlike = /Nondeterminism error: .*HistoryEvent\(id: (\d+),/;

/**
 * Where a run must begin anew that stands still since a replay does not come to what was written: the workflow task that wrote it, if it
 * did so with the same code (`buildId`). Null where the run goes on, stands still for another reason, or
 * was written by other code: that is a change nobody may take back but people.
 */
export function unrepeatableTask<Event extends HistoryEvent>(events: readonly Event[], buildId: string): Event | null {
  const idOf = (event: HistoryEvent): number => Number(String(event.eventId));
  const last = events.findLast((event) => event.workflowTaskFailedEventAttributes != null || event.workflowTaskCompletedEventAttributes != null);
  const at = unlike.exec(last?.workflowTaskFailedEventAttributes?.failure?.message ?? '')?.[1];
  if (at === undefined) return null;
  const task = events.findLast((event) => event.workflowTaskCompletedEventAttributes != null && idOf(event) < Number(at));
  return task?.workflowTaskCompletedEventAttributes?.workerVersion?.buildId === buildId ? task : null;
}
