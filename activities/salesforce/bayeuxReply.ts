import { z } from 'zod';

/** A Bayeux message as a server sends it: an answer to one of ours, or with `data` an event of its channel. */
const replySchema = z.looseObject({
  channel: z.string(),
  id: z.union([z.string(), z.number()]).transform(String).optional(),
  successful: z.boolean().optional(),
  error: z.string().optional(),
  advice: z.looseObject({ reconnect: z.string().optional(), timeout: z.number().min(0).optional() }).optional().catch(undefined),
  ext: z.looseObject({ sfdc: z.looseObject({ failureReason: z.string().optional() }).optional() }).optional().catch(undefined),
});
export type Reply = z.output<typeof replySchema>;
/** The body of an HTTP answer. */
export const repliesSchema = z.array(replySchema);
