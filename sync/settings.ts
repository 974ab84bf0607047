import * as z from 'zod';
import type { Allocation, Budget } from './allocation.ts';
import { isTimeZone } from './convert/time.ts';
import { lazily } from './lazily.ts';
import { DEFAULT_MAPPINGS, type Mapping } from './mapping.ts';

const name = lazily(() => z.string().regex(/^[A-Za-z][A-Za-z0-9_.]{0,99}$/, 'expected a property or field name'));
const mapping = lazily(() => z.strictObject({
  hubspot: name(),
  lead: name().optional(),
  contact: name().optional(),
  rule: z.enum(['salesforce-unless-blank', 'always-salesforce', 'two-way', 'none']),
}));

const deletes = lazily(() => z.strictObject({
  inHubSpot: z.enum(['do-nothing', 'delete']),
  inSalesforce: z.enum(['do-nothing', 'delete']),
  graceHours: z.number().min(0).max(720),
}));
const seconds = lazily(() => z.number().min(1).max(86_400));
const feeds = lazily(() => z.strictObject({
  changeDataCapture: z.boolean(),
  joinersSeconds: seconds(),
  hubspotPollSeconds: seconds(),
  salesforcePollSeconds: seconds(),
  salesforcePollAloneSeconds: seconds(),
  reconcileHours: z.number().min(0.01).max(24),
}));
const calls = lazily(() => z.number().int().min(1).max(100_000_000).nullable());
const allocation = lazily(() => z.strictObject({ salesforce: calls(), hubspotPerDay: calls(), hubspotPer10Seconds: calls() }));

/** What `changeSettings` takes: any of the settings that a person may change. */
export const settingsChange = lazily(() => z.strictObject({
  createAs: z.enum(['Lead', 'Contact', 'never']).optional(),
  mappings: z.array(mapping()).min(1).max(500).optional(),
  timeZone: z.string().refine(isTimeZone, 'expected an IANA time zone such as "Europe/Copenhagen"').optional(),
  settleWindowMs: z.number().int().min(0).max(60_000).optional(),
  looksAfterSeconds: z.array(z.number().min(0).max(3600)).max(10).optional(),
  createInHubSpot: z.enum(['never', 'on-create', 'on-create-or-update']).optional(),
  contactForAccountDomain: z.boolean().optional(),
  deletes: deletes().partial().optional(),
  feeds: feeds().partial().optional(),
  allocation: allocation().partial().optional(),
  allocationWindow: z.number().int().min(10).max(86_400).optional(),
}));
export type SettingsChange = z.infer<ReturnType<typeof settingsChange>>;

/** Answer to the query `settings`: one connection's settings and whether it is ready to sync. */
export interface Settings {
  connection: string;
  /** Grows with every change; a decision made under an older version is made again. */
  version: number;
  /** Both accounts were checked and are the ones this connection's state belongs to. */
  ready: boolean;
  /** Why it is not ready: one sentence each, with the remedy. */
  problems: string[];
  /** What works, but not as one might expect. */
  warnings: string[];
  accounts: Accounts | null;
  /** When that was found (ISO); null while a check that was asked for is not over. */
  checkedAt: string | null;
  paused: boolean;
  segment: {
    id: string; name: string; selectedAt: string; selectedBy: string | null;
    /** Why it cannot be used any more (deleted, or made static): the gate is closed for everybody. */
    unusable: string | null;
    /** What its criteria may lead to. */
    warnings: string[];
  } | null;
  /** As what a contact without a match is created in Salesforce. */
  createAs: 'Lead' | 'Contact' | 'never';
  mappings: Mapping[];
  /** In which a day of a date field is compared with a Salesforce date-time field. */
  timeZone: string;
  /** How long after a change of a property in the segment's criteria its membership is not yet believed (S1.7). */
  settleWindowMs: number;
  /** When an import looks at its non-members again (S6.4), in seconds. */
  looksAfterSeconds: number[];
  /** Whether a Lead or Contact that no HubSpot contact matches creates one, once, past the gate (S4). */
  createInHubSpot: 'never' | 'on-create' | 'on-create-or-update';
  /** A contact whose email's domain belongs to exactly one Account is created as a Contact of it, whatever `createAs` says. */
  contactForAccountDomain: boolean;
  deletes: Deletes;
  feeds: Feeds;
  allocation: Allocations;
  /** In which Salesforce's calls are counted, in seconds; the org's own limit counts 24 h [SF-LIM]. */
  allocationWindow: number;
  /** The last changes, newest first; at most 20. */
  changes: { at: string; by: string | null; what: string }[];
  /** The last signals that could not be understood; at most 5. */
  rejected: { signal: string; fault: string; at: string }[];
}

/** What follows from a delete on the other side, and after how many hours of grace. */
export type Deletes = z.infer<ReturnType<typeof deletes>>;

/** How changes are noticed. Polls are the net under the events; alone, they run more often. */
export type Feeds = z.infer<ReturnType<typeof feeds>>;

/** How many API calls Sluice may spend: of Salesforce in its window, of HubSpot in 24 h, and of HubSpot in 10 s. Null: half of what the account has; in 10 s all of it. */
export type Allocations = z.infer<ReturnType<typeof allocation>>;

/** How each CRM's allocation stands, and how many workers share it. */
export type Budgets = Record<'hubspot' | 'salesforce', Budget> & { workers: number };

/** The settings with what workers go by: the answer to the query `settings`. */
export type SettingsNow = Settings & { budgets: Budgets };

/** The allocation of each CRM as the settings have it. */
export const allocationsOf = ({ allocation, allocationWindow }: Pick<Settings, 'allocation' | 'allocationWindow'>): Record<'hubspot' | 'salesforce', Allocation> => ({
  hubspot: { calls: allocation.hubspotPerDay, windowMs: 86_400_000 }, salesforce: { calls: allocation.salesforce, windowMs: allocationWindow * 1000 },
});

/** The two accounts that a connection's state belongs to. */
export interface Accounts {
  hubspotPortalId: string;
  salesforceOrgId: string;
}

/** The settings of a new connection. */
export function newSettings(connection: string): Settings {
  return {
    connection, version: 1, ready: false, problems: ['The accounts have not been checked yet.'], warnings: [], accounts: null, checkedAt: null, paused: false,
    segment: null, createAs: 'Lead', mappings: [...DEFAULT_MAPPINGS], timeZone: 'UTC', settleWindowMs: 5_000, looksAfterSeconds: [5, 15, 30, 60],
    createInHubSpot: 'never', contactForAccountDomain: false, deletes: { inHubSpot: 'do-nothing', inSalesforce: 'do-nothing', graceHours: 24 },
    feeds: { changeDataCapture: true, joinersSeconds: 30, hubspotPollSeconds: 60, salesforcePollSeconds: 300, salesforcePollAloneSeconds: 60, reconcileHours: 24 },
    allocation: { salesforce: null, hubspotPerDay: null, hubspotPer10Seconds: null }, allocationWindow: 86_400,
    changes: [], rejected: [],
  };
}

/** The settings with a change applied; of `deletes`, `feeds` and `allocation` only the parts that it names. */
export function withChange(settings: Settings, { deletes, feeds, allocation, ...plain }: SettingsChange): Settings {
  const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
  return { ...settings, ...given, deletes: { ...settings.deletes, ...defined(deletes) }, feeds: { ...settings.feeds, ...defined(feeds) }, allocation: { ...settings.allocation, ...defined(allocation) } };
}

const defined = <T extends object>(part: T | undefined): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(part ?? {}).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
