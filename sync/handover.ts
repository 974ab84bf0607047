import * as z from 'zod';
import type { Membership } from './gate.ts';
import { lazily } from './lazily.ts';
import { errorCategories, rungs, type HubSpotContactId, type SalesforceId } from './records.ts';

const hubspotId = lazily(() => z.string().regex(/^\d+$/, 'expected a HubSpot contact id').transform((id) => id as HubSpotContactId));
const salesforceId = lazily(() => z.string().regex(/^[A-Za-z0-9]{18}$/, 'expected a Salesforce id of 18 characters').transform((id) => id as SalesforceId));
const ref = lazily(() => ({ type: z.enum(['Lead', 'Contact']), id: salesforceId() }));
const instant = lazily(() => z.iso.datetime());
const segment = lazily(() => z.strictObject({ id: z.string(), name: z.string() }));

const membership = lazily((): z.ZodType<Membership> => z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unrestricted') }),
  z.strictObject({ kind: z.literal('member'), segment: segment(), joinedAt: instant().nullable(), checkedAt: instant() }),
  z.strictObject({ kind: z.literal('outside'), segment: segment(), checkedAt: instant() }),
  z.strictObject({ kind: z.literal('unknown'), segment: segment(), why: z.string(), checkedAt: instant() }),
  z.strictObject({ kind: z.literal('unusable'), segment: segment(), why: z.string(), checkedAt: instant() }),
]));

/** What asked for the sync of a page: an import, a person's resync, a burst of changes, or many who joined the segment. */
export const pageTriggers = ['import', 'resync', 'change', 'joined'] as const;
export type PageTrigger = (typeof pageTriggers)[number];

/** To `adopt`, from the Salesforce feed (S4): link this record, and let the pair pass the gate once. */
export const bypassInput = lazily(() => z.strictObject({ hubspotId: hubspotId(), salesforce: z.strictObject(ref()), bypass: z.literal('on-create') }));
export type Bypass = z.output<ReturnType<typeof bypassInput>>;

/**
 * What a page of a job hands over to a contact's workflow once it has written the data: the argument of `adopt`. `base` holds the
 * fields whose agreement was confirmed; a field left out has no base.
 */
export const handoverInput = lazily(() => z.strictObject({
  hubspotId: hubspotId(),
  name: z.string(),
  trigger: z.enum(pageTriggers),
  /** ISO: when the page finished with the contact. */
  at: instant(),
  settingsVersion: z.number().int(),
  membership: membership(),
  link: z.strictObject({ ...ref(), rung: z.enum(rungs) }).nullable(),
  base: z.record(z.string(), z.string().nullable()),
  /** What each property of the base is mapped to, e.g. `Lead.Title`. */
  baseFields: z.record(z.string(), z.string()).default({}),
  wrote: z.strictObject({ hubspot: z.array(z.string()), salesforce: z.array(z.string()) }),
  outcome: z.discriminatedUnion('status', [
    z.strictObject({ status: z.enum(['in-sync', 'email-only', 'waiting', 'outside-segment']), reason: z.string() }),
    z.strictObject({ status: z.literal('needs-review'), reason: z.string(), candidates: z.array(z.strictObject(ref())) }),
    z.strictObject({ status: z.literal('error'), error: z.strictObject({ category: z.enum(errorCategories), code: z.string(), message: z.string(), remedy: z.string() }) }),
  ]),
}));
export type Handover = z.output<ReturnType<typeof handoverInput>>;
