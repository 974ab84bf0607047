import type { Client } from '@temporalio/client';
import type { Accounts, Settings, SettingsNow } from '../sync/settings.ts';
import { accountReader } from './connection/accounts.ts';
import { pageJobReader } from './connection/jobs.ts';
import { checkRequester } from './connection/check.ts';
import { ownerReader, type JoinedOwners } from './connection/owners.ts';
import { goneFields, schemaReader, type Schema } from './connection/schema.ts';
import { segmentReader, type SegmentNow } from './connection/segment.ts';
import { settingsReader } from './connection/settings.ts';
import type { Allowances } from './crm/allowances.ts';
import { Seen } from './changes/seen.ts';
import type { Call } from './crm/call.ts';
import type { HubSpot } from './hubspot/index.ts';
import { keepingStep, type KeepingStep } from './keeping-step.ts';
import { listedReader, type Listed, type ListedSet } from './page/listed.ts';
import type { Salesforce } from './salesforce/index.ts';

/** What a worker is given: one connection, its two CRMs and Temporal. */
export interface Dependencies {
  connection: string;
  hubspot: HubSpot;
  salesforce: Salesforce;
  allowances: Allowances;
  client: Client;
  /** Of one type: an import that reads more records lists them by a bulk query job of Salesforce; 10,000. */
  byJobAbove?: number;
  /** Aborted when the worker begins to end: what would run for ever ends then. */
  ending?: AbortSignal;
}

/** The dependencies together with what is read through them and remembered for a while. */
export interface World extends Dependencies {
  /** As they are now; calls that come together share one query. */
  settings(): Promise<SettingsNow>;
  /** Where this worker is logged in; at most a minute old. */
  accounts(): Promise<Accounts>;
  /** The mappings as both accounts' schemas allow them. */
  schema(settings: Pick<Settings, 'mappings'>): Promise<Schema>;
  owners(): Promise<JoinedOwners>;
  /** The inclusion segment as HubSpot has it, at most 5 s old, or read since an instant (epoch ms). */
  segment(id: string, since?: number): Promise<SegmentNow>;
  /** Has the next use of the schema read it anew. */
  forgetSchema(): void;
  /** Whether a mapping was suspended just now, since its field or property is gone: looks at both schemas anew, and has the connection say so. */
  fieldGone(): Promise<boolean>;
  /** Has the connection check its accounts, since this worker found them other than the settings say; at most twice a minute for the same reason. */
  askForCheck(met?: string): Promise<void>;
  /** Whether an import or resync of the connection may still hand over a base; at most 2 s old. */
  pageJobRuns(): Promise<boolean>;
  /** A set of a bulk query job's results; null where Salesforce has it no more. */
  listed(set: ListedSet, call: Call): Promise<Listed | null>;
  byJobAbove: number;
  seen: Seen;
  /** For whoever tells or starts many workflows. */
  step: KeepingStep;
}

const byJobAbove = 10_000;

/** Wires the readers to one connection's dependencies. */
export function createWorld(dependencies: Dependencies): World {
  const { connection, hubspot, salesforce, allowances, client } = dependencies;
  const readSettings = settingsReader(client, connection);
  const settings = async (): Promise<SettingsNow> => {
    const learn = allowances.asking();
    const now = await readSettings();
    learn(now);
    return now;
  };
  const schema = schemaReader(hubspot, salesforce);
  const askForCheck = checkRequester(client, connection);
  return {
    byJobAbove,
    ...dependencies,
    settings,
    accounts: accountReader(hubspot, salesforce),
    schema: schema.read,
    forgetSchema: schema.forget,
    fieldGone: goneFields({ settings, schema, askForCheck }),
    owners: ownerReader(hubspot, salesforce),
    segment: segmentReader(hubspot),
    askForCheck,
    pageJobRuns: pageJobReader(client, connection),
    listed: listedReader(salesforce),
    seen: new Seen(),
    step: keepingStep(dependencies),
  };
}
