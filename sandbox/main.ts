import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { z } from 'zod';
import { startHubSpotSandbox } from './hubspot/start.ts';
import { startSalesforceSandbox } from './salesforce/start.ts';

const number = (usual: number) => z.string().optional().transform((text) => (text === undefined || text === '' ? usual : Number(text))).pipe(z.int('is not a whole number').nonnegative());

const environment = z.object({
  SANDBOX_HUBSPOT_PORT: number(4010),
  SANDBOX_SALESFORCE_PORT: number(4020),
  /** How long an active segment takes to notice a change. */
  SANDBOX_SEGMENT_LAG_MS: number(200),
  /** How long the search takes to show a write: seconds in HubSpot, so a second here; tests start with none. */
  SANDBOX_SEARCH_LAG_MS: number(1000),
  /** `off` enforces no rate limits, as `--no-rate-limit` does. */
  SANDBOX_RATE_LIMIT: z.enum(['on', 'off'], 'is neither on nor off').default('on'),
  /** Where HubSpot's webhooks go; `off` sends none. */
  SANDBOX_WEBHOOK_URL: z.string().optional().transform((text) => text || 'http://127.0.0.1:4030/hubspot/webhooks')
    .refine((text) => text === 'off' || z.url({ protocol: /^https?$/ }).safeParse(text).success, 'is neither off nor the address of a web server'),
});

const flags = z.object({
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  rateLimit: z.boolean(),
  data: z.string().optional(),
});

/** Runs both sandboxes until Ctrl-C. Whatever is wrong at the start is one sentence and exit code 1. */
async function main(): Promise<void> {
  const program = new Command('npm run sandbox --')
    .description('HubSpot and Salesforce as HTTP servers on 127.0.0.1, filled with fictional people.')
    .option('--tls-cert <file>', 'serve HTTPS with this certificate (PEM)')
    .option('--tls-key <file>', 'and this private key (PEM)')
    .option('--no-rate-limit', 'do not enforce rate limits')
    .option('--data <directory>', 'keep the state here across restarts; in memory without it')
    .parse();
  const options = flags.parse(program.opts());
  const parsed = environment.safeParse(process.env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`The environment variable ${issue?.path.join('.')} ${issue?.message ?? 'is wrong'}.`);
  }
  const settings = parsed.data;
  const rateLimit = options.rateLimit && settings.SANDBOX_RATE_LIMIT === 'on';
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) throw new Error('Give both --tls-cert and --tls-key, or neither.');
  const tls = options.tlsCert !== undefined && options.tlsKey !== undefined ? { cert: readPem(options.tlsCert), key: readPem(options.tlsKey) } : undefined;
  if (options.data !== undefined) mkdirSync(options.data, { recursive: true });
  const dataFile = (name: string): string | undefined => (options.data === undefined ? undefined : join(options.data, name));

  const hubspot = await startHubSpotSandbox({
    port: settings.SANDBOX_HUBSPOT_PORT, dataFile: dataFile('hubspot.db'), rateLimit, tls,
    segmentLagMs: settings.SANDBOX_SEGMENT_LAG_MS, searchLagMs: settings.SANDBOX_SEARCH_LAG_MS,
    webhooks: settings.SANDBOX_WEBHOOK_URL === 'off' ? {} : { targetUrl: settings.SANDBOX_WEBHOOK_URL },
  });
  const salesforce = await startSalesforceSandbox({ port: settings.SANDBOX_SALESFORCE_PORT, dataFile: dataFile('salesforce.db'), rateLimit, tls });

  console.log(`HubSpot sandbox     ${hubspot.url}   token pat-sandbox; OAuth client sandbox / sandbox`);
  console.log(`Salesforce sandbox  ${salesforce.url}   OAuth client sandbox / sandbox`);

  const stop = (): void => {
    void Promise.allSettled([hubspot.close(), salesforce.close()]).then(() => process.exit(0));
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`The file ${file} cannot be read: give the path of a PEM file.`, { cause: error });
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
