import type { Random } from '../../common/random.ts';
import type { ChangeEvent } from './log.ts';
import type { CdcSettings } from './settings.ts';

/** One channel's events as they leave: merged, lost, repeated, out of order or without fields, as the settings say. */
export function distorted(events: ChangeEvent[], settings: CdcSettings, random: Random): ChangeEvent[] {
  const left = (settings.merge ? merged(events) : events)
    .filter(() => !random.chance(settings.drop))
    .map((event) => (random.chance(settings.gap) ? gapped(event) : event))
    .flatMap((event) => (random.chance(settings.duplicate) ? [event, event] : [event]));
  if (settings.reorder) shuffle(left, random);
  return left;
}

/** The message of a channel that carries an event. */
export function messageOf({ replayId, header, values }: ChangeEvent): unknown {
  const payload = { ChangeEventHeader: header, ...values };
  return { channel: `/data/${header.entityName}ChangeEvent`, data: { schema: `sandbox-${header.entityName}`, payload, event: { replayId } } };
}

/** The last one's place and replay id stand for all. */
function merged(events: ChangeEvent[]): ChangeEvent[] {
  const groups = new Map<string, ChangeEvent>();
  for (const event of events) {
    const { changeType, changeOrigin, commitUser, changedFields } = event.header;
    const key = JSON.stringify([changeType, changeOrigin, commitUser, changedFields, event.values]);
    const earlier = groups.get(key);
    groups.delete(key);
    const recordIds = [...new Set([...(earlier?.header.recordIds ?? []), ...event.header.recordIds])];
    groups.set(key, { ...event, header: { ...event.header, recordIds } });
  }
  return [...groups.values()];
}

/** Salesforce says no more of a gap than that these records changed. */
function gapped({ replayId, header }: ChangeEvent): ChangeEvent {
  const changeType = header.changeType.startsWith('GAP_') ? header.changeType : `GAP_${header.changeType}`;
  return { replayId, header: { ...header, changeType, changeOrigin: '', sequenceNumber: 1, changedFields: [], nulledFields: [] }, values: {} };
}

function shuffle(events: ChangeEvent[], random: Random): void {
  for (let at = events.length - 1; at > 0; at -= 1) {
    const other = random.int(at + 1);
    const [a, b] = [events[at], events[other]];
    if (a && b) [events[at], events[other]] = [b, a];
  }
}
