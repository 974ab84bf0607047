import type { Payload } from '@temporalio/common';
import * as z from 'zod';

const base64 = z.string().regex(/^[A-Za-z0-9+/_-]*={0,2}$/, 'expected base64').transform((text) => Buffer.from(text, 'base64'));

/** Payloads as protocol buffers have them in JSON: what Temporal's Web UI and its `temporal` program send to a codec server. */
export const payloadsInput = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), base64).default({}), data: base64.nullish().transform((data) => data ?? Buffer.alloc(0)) })).max(10_000).default([]), // an empty list is left out
});

/** The same, as they are answered. */
export function payloadsAnswer(payloads: readonly Payload[]): { payloads: { metadata: Record<string, string>; data: string }[] } {
  const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('base64');
  return { payloads: payloads.map(({ metadata, data }) => ({ metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, text(value)])), data: text(data) })) };
}
