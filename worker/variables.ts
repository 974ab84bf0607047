import { join, resolve } from 'node:path';
import { z } from 'zod';
import { encryptionKeys } from './encryption/keys.ts';

const root = join(import.meta.dirname, '..');
const port = z.coerce.number('must be a port number').int('must be a whole number').min(1, 'must be above 0').max(65_535, 'must be below 65536');
const address = z.url({ protocol: /^https?$/, error: 'must be an address such as https://example.com' });
const url = address.transform((value) => value.replace(/\/+$/, ''));
const secret = z.string().trim();

/** Every setting is optional. An empty value counts as none. */
export const variables = z.object({
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
  /** From how many records of one type on an import lists them by a bulk query job of Salesforce. */
  SLUICE_BULK_ABOVE: z.coerce.number('must be a number').int('must be a whole number').min(0, 'must not be negative').default(10_000),
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

  /** Where the console listens; the word off for nowhere. Without a choice another port is taken where 4000 is in use. */
  SLUICE_CONSOLE_PORT: z.union([z.literal('off'), port], 'must be a port number from 1 to 65535, or the word off').optional(),
  SLUICE_CONSOLE_HOST: z.string().trim().regex(/^[\w.:-]+$/, 'must be an address to listen on, such as 127.0.0.1').default('127.0.0.1'),
  /** What browsers have as its address where that is not the host and port itself, e.g. behind a proxy. */
  SLUICE_CONSOLE_URL: address.transform((value) => new URL(value).origin).optional(),
  /** With which a person signs in; needed for every host but 127.0.0.1. */
  SLUICE_CONSOLE_TOKEN: secret.min(16, 'must have at least 16 characters').regex(/^[\x21-\x7e]*$/, 'must be of printable characters without spaces').optional(),

  SANDBOX_HUBSPOT_PORT: port.default(4010),
  SANDBOX_SALESFORCE_PORT: port.default(4020),
  SLUICE_TEMPORAL_PORT: port.default(7233),
  SLUICE_TEMPORAL_UI_PORT: port.default(8233),

  /** Relative paths start at the current directory; the defaults lie in the project. */
  SLUICE_DATA_DIR: z.string().transform((path) => resolve(path)).default(join(root, '.data')),
  SLUICE_CACHE_DIR: z.string().transform((path) => resolve(path)).default(join(root, '.cache')),
});
export type Variables = z.infer<typeof variables>;
