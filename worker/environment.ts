import type { z } from 'zod';
import type { LogOptions } from './telemetry/log.ts';
import type { EncryptionKey } from './encryption/keys.ts';
import { UserError } from './user-error.ts';
import { variables, type Variables } from './variables.ts';

/** How Sluice is set up. Where the environment names no accounts, it is for the sandboxes of this machine. */
export interface Environment {
  /** The connection that the worker serves; part of task queues and workflow ids. */
  connection: string;
  hubspot: {
    /** Without a slash at the end. */
    baseUrl: string;
    auth: HubSpotAuth;
    /** Whether this is the project's own sandbox, because no account is configured. */
    sandbox: boolean;
  };
  salesforce: {
    /** Where tokens are issued, by the client-credentials flow. Without a slash at the end. */
    loginUrl: string;
    clientId: string;
    clientSecret: string;
    sandbox: boolean;
  };
  /** An import that reads more records of one type lists them by a bulk query job of Salesforce. */
  byJobAbove: number;
  /** Whether this worker starts the change feeds. */
  feeds: boolean;
  /** Where HubSpot's webhooks are received; null where polling alone notices changes. */
  webhooks: {
    host: string;
    port: number;
    /** The public address that HubSpot sends to and signs, to the letter. */
    url: string;
    /** With which HubSpot signs. */
    secret: string;
  } | null;
  log: Pick<LogOptions, 'level' | 'format'>;
  /** Where metrics are served, on 127.0.0.1; null: nowhere. */
  metricsPort: number | null;
  /** With which payloads are encrypted in Temporal, the first one, and read, all of them; none: they lie there in clear. */
  encryptionKeys: readonly EncryptionKey[];
  /** Who may have encrypted payloads read; null where nobody may, since no token is set. */
  codec: {
    port: number;
    /** Of the Web UI. */
    origin: string;
    token: string;
  } | null;
  /** Where the console is served; null: nowhere. */
  console: {
    host: string;
    port: number;
    /** Whether somebody chose the port, so that no other will do. */
    portChosen: boolean;
    /** Its origin in a browser, where it is not the host and port itself. */
    url: string | null;
    /** Null only on this machine's own address. */
    token: string | null;
  } | null;
  /** On 127.0.0.1. */
  ports: { hubspotSandbox: number; salesforceSandbox: number; temporal: number; temporalUi: number };
  /** Absolute. Holds the data files of Temporal's dev server and of the sandboxes. */
  dataDir: string;
  /** Absolute. Holds what was fetched and can be fetched again. */
  cacheDir: string;
}

export type HubSpotAuth =
  | { kind: 'token'; token: string }
  | { kind: 'oauth'; clientId: string; clientSecret: string; refreshToken: string };

/**
 * Reads the settings once, at the start of a program.
 *
 * @throws UserError with one sentence that names the variable and holds no credential.
 */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const s = read(variables, env);
  const crms = accounts(s);
  return {
    connection: s.SLUICE_CONNECTION,
    ...crms,
    byJobAbove: s.SLUICE_BULK_ABOVE,
    feeds: s.SLUICE_FEEDS === 'on',
    webhooks: webhooks(s, crms.hubspot.sandbox),
    log: { level: s.SLUICE_LOG_LEVEL, format: s.SLUICE_LOG_FORMAT ?? null },
    metricsPort: s.SLUICE_METRICS_PORT ?? null,
    encryptionKeys: s.SLUICE_ENCRYPTION_KEY ?? [],
    codec: s.SLUICE_CODEC_TOKEN === undefined ? null : { port: s.SLUICE_CODEC_PORT, origin: s.SLUICE_CODEC_ORIGIN ?? `http://127.0.0.1:${s.SLUICE_TEMPORAL_UI_PORT}`, token: s.SLUICE_CODEC_TOKEN },
    console: consoleServer(s),
    ports: {
      hubspotSandbox: s.SANDBOX_HUBSPOT_PORT,
      salesforceSandbox: s.SANDBOX_SALESFORCE_PORT,
      temporal: s.SLUICE_TEMPORAL_PORT,
      temporalUi: s.SLUICE_TEMPORAL_UI_PORT,
    },
    dataDir: s.SLUICE_DATA_DIR,
    cacheDir: s.SLUICE_CACHE_DIR,
  };
}

/**
 * The keys alone, for programs that speak with Temporal and with neither CRM.
 *
 * @throws UserError with one sentence that holds no key.
 */
export function readEncryptionKeys(env: NodeJS.ProcessEnv = process.env): readonly EncryptionKey[] {
  return read(variables.pick({ SLUICE_ENCRYPTION_KEY: true }), env).SLUICE_ENCRYPTION_KEY ?? [];
}

function read<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  const parsed = schema.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== '')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(`${String(issue?.path[0])} ${issue?.message}: correct it, or unset it for the default.`);
}

const hubspotNames = ['HUBSPOT_BASE_URL', 'HUBSPOT_ACCESS_TOKEN', 'HUBSPOT_CLIENT_ID', 'HUBSPOT_CLIENT_SECRET', 'HUBSPOT_REFRESH_TOKEN'] as const;
const salesforceNames = ['SALESFORCE_LOGIN_URL', 'SALESFORCE_CLIENT_ID', 'SALESFORCE_CLIENT_SECRET'] as const;

/** Two accounts, or two sandboxes: a real CRM is never synced with invented people. */
function accounts(s: Variables): Pick<Environment, 'hubspot' | 'salesforce'> {
  const hubspot = hubspotNames.some((name) => s[name] !== undefined);
  const salesforce = salesforceNames.some((name) => s[name] !== undefined);
  if (!hubspot && !salesforce) {
    return {
      hubspot: { baseUrl: `http://127.0.0.1:${s.SANDBOX_HUBSPOT_PORT}`, auth: { kind: 'token', token: 'pat-sandbox' }, sandbox: true },
      salesforce: { loginUrl: `http://127.0.0.1:${s.SANDBOX_SALESFORCE_PORT}`, clientId: 'sandbox', clientSecret: 'sandbox', sandbox: true },
    };
  }
  if (!salesforce) throw new UserError(`HubSpot is configured and Salesforce is not: set ${list(salesforceNames)} too, or unset HubSpot's variables to use both sandboxes.`);
  if (!hubspot) throw new UserError("Salesforce is configured and HubSpot is not: set HUBSPOT_ACCESS_TOKEN too, or unset Salesforce's variables to use both sandboxes.");
  return {
    hubspot: { baseUrl: s.HUBSPOT_BASE_URL ?? 'https://api.hubapi.com', auth: hubspotAuth(s), sandbox: false },
    salesforce: {
      loginUrl: required(s, 'SALESFORCE_LOGIN_URL', salesforceNames),
      clientId: required(s, 'SALESFORCE_CLIENT_ID', salesforceNames),
      clientSecret: required(s, 'SALESFORCE_CLIENT_SECRET', salesforceNames),
      sandbox: false,
    },
  };
}

const oauthNames = ['HUBSPOT_CLIENT_ID', 'HUBSPOT_CLIENT_SECRET', 'HUBSPOT_REFRESH_TOKEN'] as const;

function hubspotAuth(s: Variables): HubSpotAuth {
  const oauth = oauthNames.some((name) => s[name] !== undefined);
  const token = s.HUBSPOT_ACCESS_TOKEN;
  if (token !== undefined && oauth) throw new UserError(`HubSpot is configured twice: set either HUBSPOT_ACCESS_TOKEN, or ${list(oauthNames)}.`);
  if (token !== undefined) return { kind: 'token', token };
  if (!oauth) throw new UserError(`HUBSPOT_BASE_URL is set without credentials: set HUBSPOT_ACCESS_TOKEN, or ${list(oauthNames)}.`);
  return {
    kind: 'oauth',
    clientId: required(s, 'HUBSPOT_CLIENT_ID', oauthNames),
    clientSecret: required(s, 'HUBSPOT_CLIENT_SECRET', oauthNames),
    refreshToken: required(s, 'HUBSPOT_REFRESH_TOKEN', oauthNames),
  };
}

function webhooks(s: Variables, sandbox: boolean): Environment['webhooks'] {
  const { SLUICE_WEBHOOK_HOST: host, SLUICE_WEBHOOK_PORT: port } = s;
  const secret = s.HUBSPOT_WEBHOOK_SECRET ?? (sandbox ? 'sandbox' : s.HUBSPOT_CLIENT_SECRET);
  if (port === 'off' || secret === undefined) return null;
  const url = s.SLUICE_WEBHOOK_URL ?? (sandbox ? `http://127.0.0.1:${port}/hubspot/webhooks` : undefined);
  if (url === undefined) throw new UserError('SLUICE_WEBHOOK_URL is missing: set it to the public address to which HubSpot sends webhooks, or SLUICE_WEBHOOK_PORT to off.');
  return { host, port, url, secret };
}

function consoleServer(s: Variables): Environment['console'] {
  const { SLUICE_CONSOLE_PORT: port, SLUICE_CONSOLE_HOST: host, SLUICE_CONSOLE_URL: url = null, SLUICE_CONSOLE_TOKEN: token = null } = s;
  if (port === 'off') return null;
  if (host !== '127.0.0.1' && token === null) throw new UserError(`SLUICE_CONSOLE_TOKEN is missing: whoever reaches ${host} could use the console, so set a token of at least 16 characters, or unset SLUICE_CONSOLE_HOST.`);
  if (/^(0\.0\.0\.0|::)$/.test(host) && url === null) throw new UserError(`SLUICE_CONSOLE_URL is missing: on ${host} the console must know the address that browsers have for it, such as https://sluice.example.com.`);
  return { host, port: port ?? 4000, portChosen: port !== undefined, url, token };
}

function required(s: Variables, name: Extract<keyof Variables, (typeof oauthNames)[number] | (typeof salesforceNames)[number]>, together: readonly (keyof Variables)[]): string {
  const value = s[name];
  if (value === undefined) throw new UserError(`${name} is missing: ${list(together)} are set together.`);
  return value;
}

function list(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
