import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, describe, test } from 'node:test';
import { text } from 'node:stream/consumers';
import { startHubSpotSandbox } from '../../sandbox/hubspot/start.ts';
import { startSalesforceSandbox } from '../../sandbox/salesforce/start.ts';
import { testTemporal, uniqueConnection } from '../support/temporal.ts';

const temporal = await testTemporal();
const hubspot = await startHubSpotSandbox({ port: 0, seed: { seed: 'empty' } });
const salesforce = await startSalesforceSandbox({ port: 0, seed: { seed: 'empty' } });
after(async () => {
  await hubspot.close();
  await salesforce.close();
});

/** Runs `npm run worker`'s program until it ends by itself. */
async function startWorker(credentials: { token: string; secret: string }): Promise<{ code: number | null; stderr: string }> {
  const env = {
    PATH: process.env['PATH'], TEMPORAL_ADDRESS: temporal.address, SLUICE_CONNECTION: uniqueConnection('credentials'),
    HUBSPOT_BASE_URL: hubspot.url, HUBSPOT_ACCESS_TOKEN: credentials.token,
    SALESFORCE_LOGIN_URL: salesforce.url, SALESFORCE_CLIENT_ID: 'sandbox', SALESFORCE_CLIENT_SECRET: credentials.secret,
  };
  const child = spawn(process.execPath, ['worker/main.ts'], { env, cwd: new URL('../..', import.meta.url).pathname, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { stderr: await text(child.stderr), code: await ended };
}

describe('a worker whose credentials are refused', () => {
  for (const [crm, credentials] of [['HubSpot', { token: 'wrong-token', secret: 'sandbox' }], ['Salesforce', { token: 'pat-sandbox', secret: 'wrong-secret' }]] as const) {
    test(`by ${crm} ends with one sentence that says what to do, and no secret`, async () => {
      const { code, stderr } = await startWorker(credentials);
      assert.equal(code, 1);
      const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{"level"') && !line.includes('ExperimentalWarning') && !line.startsWith('(Use'));
      assert.equal(lines.length, 1, stderr);
      assert.match(lines[0] ?? '', new RegExp(`^${crm} refused.*Check the credentials`));
      assert.doesNotMatch(stderr, /wrong-token|wrong-secret|\n\s+at /);
    });
  }
});
