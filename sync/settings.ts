import * as z from 'zod';
import { isTimeZone } from './convert/time.ts';
import { DEFAULT_MAPPINGS, type Mapping } from './mapping.ts';

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_.]{0,99}$/, 'expected a property or field name');
const mapping = z.strictObject({
  hubspot: name,
  lead: name.optional(),
  contact: name.optional(),
  rule: z.enum(['salesforce-unless-blank', 'always-salesforce', 'two-way', 'none']),
});

/** What `changeSettings` takes: any of the settings that a person may change. */
export const settingsChange = z.strictObject({
  createAs: z.enum(['Lead', 'Contact', 'never']).optional(),
  mappings: z.array(mapping).min(1).max(500).optional(),
  timeZone: z.string().refine(isTimeZone, 'expected an IANA time zone such as "Europe/Copenhagen"').optional(),
  settleWindowMs: z.number().int().min(0).max(60_000).optional(),
  looksAfterSeconds: z.array(z.number().min(0).max(3600)).max(10).optional(),
});
export type SettingsChange = z.infer<typeof settingsChange>;

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
  /** The last changes, newest first; at most 20. */
  changes: { at: string; by: string | null; what: string }[];
  /** The last signals that could not be understood; at most 5. */
  rejected: { signal: string; fault: string; at: string }[];
}

/** The two accounts that a connection's state belongs to. */
export interface Accounts {
  hubspotPortalId: string;
  salesforceOrgId: string;
}

/** The settings of a new connection. */
export function newSettings(connection: string): Settings {
  return {
    connection, version: 1, ready: false, problems: ['The accounts have not been checked yet.'], warnings: [], accounts: null, paused: false,
    segment: null, createAs: 'Lead', mappings: [...DEFAULT_MAPPINGS], timeZone: 'UTC', settleWindowMs: 5_000, looksAfterSeconds: [5, 15, 30, 60],
    changes: [], rejected: [],
  };
}
