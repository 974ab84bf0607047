import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { LogOptions } from './telemetry/log.ts';
import { encryptionKeys, type EncryptionKey } from './encryption/keys.ts';
import { UserError } from './user-error.ts';

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

const root = join(import.meta.dirname, '..');
const port = z.coerce.number('must be a port number').int('must be a whole number').min(1, 'must be above 0').max(65_535, 'must be below 65536');
const address = z.url({ protocol: /^https?$/, error: 'must be an address such as https://example.com' });
const url = address.transform((value) => value.replace(/\/+$/, ''));
const secret = z.string().trim();

/** Every setting is optional. An empty value counts as none. */
const settings = z.object({
  /** Which HubSpot-Salesforce pair the worker serves. Several connections share one Temporal by different names. */
  SLUICE_CONNECTION: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be 1 to 40 lower-case letters, digits or dashes').default('main'),

  /** HubSpot's API; https://api.hubapi.com where only credentials are given. */
  HUBSPOT_BASE_URL: url.optional(),
  /** A private app's access token ... */
  HUBSPOT_ACCESS_TOKEN: secret.optional(),
  /** ... or the three values of a public app that was installed in the portal. */
  HUBSPOT_CLIENT_ID: secret.optional(),
  HUBSPOT_CLIENT_SECRET: secret.optional(),
  HUBSPOT_REFRESH_TOKEN: secret.optional(),

  /** The org's own address, https://<domain>.my.salesforce.com: Salesforce gives client-credentials tokens only there. */
  SALESFORCE_LOGIN_URL: url.optional(),
  SALESFORCE_CLIENT_ID: secret.optional(),
  SALESFORCE_CLIENT_SECRET: secret.optional(),

  /** Whether the worker starts the change feeds; those that run go on all the same. */
  SLUICE_FEEDS: z.enum(['on', 'off'], 'must be on or off').default('on'),
  /** Where webhooks are listened for; the word off for nowhere. */
  SLUICE_WEBHOOK_HOST: z.string().trim().regex(/^[\w.:-]+$/, 'must be an address to listen on, such as 127.0.0.1').default('127.0.0.1'),
  SLUICE_WEBHOOK_PORT: z.union([z.literal('off'), port], 'must be a port number from 1 to 65535, or the word off').default(4030),
  /** Where HubSpot sends them to, from outside. */
  SLUICE_WEBHOOK_URL: address.optional(),
  /** With which HubSpot signs them: the app's client secret, and so by default HUBSPOT_CLIENT_SECRET. */
  HUBSPOT_WEBHOOK_SECRET: secret.optional(),

  /** From which level on the worker logs, and in which form: `text` for people, by default where stderr is a terminal. */
  SLUICE_LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug', 'trace'], 'must be silent, error, warn, info, debug or trace').default('info'),
  SLUICE_LOG_FORMAT: z.enum(['json', 'text'], 'must be json or text').optional(),
  /** Where the worker serves metrics for Prometheus; without it nowhere. */
  SLUICE_METRICS_PORT: port.optional(),
  /** What encrypts the payloads that Temporal keeps. */
  SLUICE_ENCRYPTION_KEY: encryptionKeys.optional(),
  /** With which the codec server is asked; without one it does not start. */
  SLUICE_CODEC_TOKEN: secret.min(16, 'must have at least 16 characters').regex(/^[\x21-\x7e]*$/, 'must be of printable characters without spaces').optional(),
  SLUICE_CODEC_PORT: port.default(4040),
  /** Of Temporal's Web UI; that of our own dev server by default. */
  SLUICE_CODEC_ORIGIN: address.transform((value) => new URL(value).origin).optional(),

  SANDBOX_HUBSPOT_PORT: port.default(4010),
  SANDBOX_SALESFORCE_PORT: port.default(4020),
  SLUICE_TEMPORAL_PORT: port.default(7233),
  SLUICE_TEMPORAL_UI_PORT: port.default(8233),

  /** Relative paths start at the current directory; the defaults lie in the project. */
  SLUICE_DATA_DIR: z.string().transform((path) => resolve(path)).default(join(root, '.data')),
  SLUICE_CACHE_DIR: z.string().transform((path) => resolve(path)).default(join(root, '.cache')),
});
type Settings = z.infer<typeof settings>;
type Name = keyof Settings;

/**
 * Reads the settings once, at the start of a program.
 *
 * @throws UserError with one sentence that names the variable and holds no credential.
 */
export function readEnvironment(env: NodeJS.ProcessEnv = process.env): Environment {
  const s = read(settings, env);
  const crms = accounts(s);
  return {
    connection: s.SLUICE_CONNECTION,
    ...crms,
    feeds: s.SLUICE_FEEDS === 'on',
    webhooks: webhooks(s, crms.hubspot.sandbox),
    log: { level: s.SLUICE_LOG_LEVEL, format: s.SLUICE_LOG_FORMAT ?? null },
    metricsPort: s.SLUICE_METRICS_PORT ?? null,
    encryptionKeys: s.SLUICE_ENCRYPTION_KEY ?? [],
    codec: s.SLUICE_CODEC_TOKEN === undefined ? null : { port: s.SLUICE_CODEC_PORT, origin: s.SLUICE_CODEC_ORIGIN ?? `http://127.0.0.1:${s.SLUICE_TEMPORAL_UI_PORT}`, token: s.SLUICE_CODEC_TOKEN },
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
  return read(settings.pick({ SLUICE_ENCRYPTION_KEY: true }), env).SLUICE_ENCRYPTION_KEY ?? [];
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
function accounts(s: Settings): Pick<Environment, 'hubspot' | 'salesforce'> {
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

function hubspotAuth(s: Settings): HubSpotAuth {
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

function webhooks(s: Settings, sandbox: boolean): Environment['webhooks'] {
  const { SLUICE_WEBHOOK_HOST: host, SLUICE_WEBHOOK_PORT: port } = s;
  const secret = s.HUBSPOT_WEBHOOK_SECRET ?? (sandbox ? 'sandbox' : s.HUBSPOT_CLIENT_SECRET);
  if (port === 'off' || secret === undefined) return null;
  const url = s.SLUICE_WEBHOOK_URL ?? (sandbox ? `http://127.0.0.1:${port}/hubspot/webhooks` : undefined);
  if (url === undefined) throw new UserError('SLUICE_WEBHOOK_URL is missing: set it to the public address to which HubSpot sends webhooks, or SLUICE_WEBHOOK_PORT to off.');
  return { host, port, url, secret };
}

function required(s: Settings, name: Extract<Name, (typeof oauthNames)[number] | (typeof salesforceNames)[number]>, together: readonly Name[]): string {
  const value = s[name];
  if (value === undefined) throw new UserError(`${name} is missing: ${list(together)} are set together.`);
  return value;
}

function list(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
