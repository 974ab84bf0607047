import { z } from 'zod';

/** The objects whose changes can be captured here. */
export const captured = ['Lead', 'Contact'] as const;
export type Captured = (typeof captured)[number];

const chance = z.number().min(0).max(1);
const delay = z.tuple([z.number().nonnegative(), z.number().nonnegative()]).refine(([from, to]) => from <= to, 'the first number must not be above the second');

/** `POST /_sandbox/cdc`: how events are captured and delivered. What is not given stays as it is. */
export const cdcChange = z.strictObject({
  /** Whether the object is selected for Change Data Capture; both unless `object` names one. */
  enabled: z.boolean().optional(),
  object: z.enum(captured).optional(),
  /** How long after the commit an event is delivered, at least and at most. */
  delayMs: delay.optional(),
  /** How long a connect without events is held. */
  holdMs: z.number().positive().optional(),
  duplicate: chance.optional(),
  drop: chance.optional(),
  /** How often an event comes as a gap event, without fields. */
  gap: chance.optional(),
  reorder: z.boolean().optional(),
  /** Events of one delivery that say the same of several records come as one. */
  merge: z.boolean().optional(),
  /** Seeds the choices anew. */
  random: z.int().optional(),
});
export type CdcChange = z.output<typeof cdcChange>;

export type CdcOptions = { enabled?: boolean | undefined; delayMs?: [number, number] | undefined; holdMs?: number | undefined };
export type CdcSettings = {
  enabled: Record<Captured, boolean>; delayMs: [number, number]; holdMs: number;
  duplicate: number; drop: number; gap: number; reorder: boolean; merge: boolean; random: number;
};

export function cdcSettings({ enabled = true, delayMs = [100, 500], holdMs = 30_000 }: CdcOptions = {}): CdcSettings {
  return { enabled: { Lead: enabled, Contact: enabled }, delayMs, holdMs, duplicate: 0, drop: 0, gap: 0, reorder: false, merge: false, random: 1 };
}

export function changed(settings: CdcSettings, { enabled, object, ...rest }: CdcChange): CdcSettings {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const objects = object === undefined ? captured : [object];
  const switched = enabled === undefined ? {} : Object.fromEntries(objects.map((name) => [name, enabled]));
  return { ...settings, ...given, enabled: { ...settings.enabled, ...switched } };
}
