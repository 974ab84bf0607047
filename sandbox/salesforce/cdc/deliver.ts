import type { Random } from '../../common/random.ts';
import type { ChangeEvent } from './log.ts';
import type { CdcSettings } from './settings.ts';

/** How many events fared badly, each way; `shuffled` counts deliveries. */
export type Distortions = { merged: number; dropped: number; gapped: number; doubled: number; shuffled: number };
export const NO_DISTORTIONS: Distortions = { merged: 0, dropped: 0, gapped: 0, doubled: 0, shuffled: 0 };

/** One channel's events as they leave: merged, lost, repeated, out of order or without fields, as the settings say. Adds to the counts. */
export function distorted(events: ChangeEvent[], settings: CdcSettings, random: Random, counts: Distortions): ChangeEvent[] {
  const falls = (what: 'dropped' | 'gapped' | 'doubled', chance: number): boolean => {
    const fell = random.chance(chance);
    if (fell) counts[what] += 1;
    return fell;
  };
  const whole = settings.merge ? merged(events) : events;
  counts.merged += events.length - whole.length;
  const left = whole
    .filter(() => !falls('dropped', settings.drop))
    .map((event) => (falls('gapped', settings.gap) ? gapped(event) : event))
    .flatMap((event) => (falls('doubled', settings.duplicate) ? [event, event] : [event]));
  if (settings.reorder && left.length > 1) {
    counts.shuffled += 1;
    shuffle(left, random);
  }
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
