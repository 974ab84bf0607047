import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { tokensIn } from '../../bench/chaos/read-temporal.ts';
import { createSluiceClient, type SluiceClient } from '../../client/sluice-client.ts';
import { keptByTemporal, placesOf, type Kept } from '../support/kept.ts';
import { until } from '../support/until.ts';
import { devStack, seededData, type DevStack } from './stack.ts';

/** Credentials that no sandbox gives out: of the webhooks, and of a login that is refused. */
const webhookSecret = 'webhook-secret-84013';
const wrongSecret = 'refused-secret-57731';

describe('credentials', () => {
  const ends: (() => Promise<void>)[] = [];
  let s: DevStack;
  let sluice: SluiceClient;
  let dataDir: string;
  let id: string;

  const tokens = (): string[] => tokensIn(dataDir);
  const newest = (prefix: string): string => tokens().findLast((token) => token.startsWith(prefix)) ?? assert.fail(`no token begins with ${prefix}`);
  const errorOf = async (): Promise<string> => {
    await sluice.resyncContact(id);
    let said = '';
    await until('the contact shows an error', async () => {
      const { status, error } = await sluice.contact(id);
      said = error?.message ?? '';
      return status === 'error';
    });
    return said;
  };

  before(async () => {
    const hooks = { after: (end: () => Promise<void>) => { ends.push(end); } };
    dataDir = await seededData(hooks, { hubspot: { seed: 'empty' }, salesforce: { seed: 'empty' } });
    s = await devStack(hooks, dataDir, { HUBSPOT_WEBHOOK_SECRET: webhookSecret });
    sluice = createSluiceClient({ client: s.client, connection: 'main' });
    await s.ready();
    id = await s.hubspot.create({ email: 'ada@gmail.example', lastname: 'Ada' });
    await s.salesforce.create('Lead', { LastName: 'Hopper', Email: 'hopper@gmail.example', Company: 'Navy' });
  });
  after(async () => {
    for (const end of ends.toReversed()) await end();
  });

  test('are used: an import and a sync work', async () => {
    const { workflowId } = await sluice.startImport({});
    await until('the import is done', async () => (await sluice.progress(workflowId)).finishedAt !== null);
    await sluice.resyncContact(id);
    await until('the contact is in sync', async () => (await sluice.contact(id)).status === 'in-sync');
  });

  test('are left out of what HubSpot says, wherever it repeats them', async () => {
    const token = 'pat-sandbox';
    const body = { status: 'error', category: 'VALIDATION_ERROR', message: `The token ${token} may not do that`, correlationId: token, errors: [{ code: `CODE_${token}`, message: token, context: { propertyName: [token] } }] };
    await s.hubspot.fault({ path: '/batch\\/read/', status: 400, times: 50, body });
    assert.match(await errorOf(), /The token \[removed\] may not do that/);
    await s.hubspot.noFaults();
  });

  test('are left out of what Salesforce says, of a condition as of a record', async () => {
    const token = newest('00D');
    const body = [{ errorCode: 'MALFORMED_QUERY', message: `No such session: ${token}, client ${encodeURIComponent(token)}`, fields: [token] }];
    await s.salesforce.fault({ path: '/query$/', status: 400, times: 50, body });
    const { workflowId } = await sluice.startImport({ label: 'refused', where: "State = 'NY'" });
    const refusal = await s.client.workflow.getHandle(workflowId).result().then(() => '', (error: Error) => (error.cause instanceof Error ? error.cause.message : ''));
    assert.match(refusal, /^where: Salesforce does not take this condition \(MALFORMED_QUERY\): No such session: \[removed\], client \[removed\]/);
    await s.salesforce.noFaults();
  });

  test('do not show where they are refused: a token that was revoked, a secret that is wrong', async () => {
    await s.hubspot.control('POST', 'revoke', { token: 'pat-sandbox' });
    await sluice.resyncContact(id);
    await until('the contact says that all is held', async () => (await sluice.contact(id)).reason.includes('401'));
    await s.stack.worker.stop();
    await assert.rejects(s.stack.startWorker(accounts({ SALESFORCE_CLIENT_SECRET: wrongSecret })), /Salesforce refused/);
    await assert.rejects(s.stack.startWorker(accounts({ HUBSPOT_CLIENT_SECRET: wrongSecret })), /HubSpot refused/);
  });

  test('of a public app do their work and stay unseen, renewed ones too', async () => {
    await s.hubspot.control('POST', 'settings', { rotateRefreshTokens: true });
    await s.stack.startWorker(accounts({}));
    await s.ready();
    await sluice.resyncContact(id);
    await until('the contact is in sync again', async () => (await sluice.contact(id)).status === 'in-sync');
    await s.hubspot.fault({ path: '/batch\\/read/', status: 403, times: 50, body: { category: 'MISSING_SCOPES', message: `${newest('oauth-')} and ${newest('refresh-')} lack a scope` } });
    assert.match(await errorOf(), /\[removed\] and \[removed\] lack a scope/);
    await s.hubspot.noFaults();
  });

  test('are nowhere in what Temporal keeps, what is answered and what is printed', async () => {
    const answers = [await sluice.contact(id), await sluice.contactHistory(id), await sluice.settings(), await sluice.health(), await sluice.feeds(), await sluice.listContacts()];
    const said = [
      ...(await keptByTemporal(s.client)),
      ...answers.map((answer, n): Kept => ({ place: `answer ${n}`, bytes: Buffer.from(JSON.stringify(answer)) })),
      ...s.lines.filter((line) => line.startsWith('worker: ')).map((line): Kept => ({ place: 'output', bytes: Buffer.from(line) })),
    ];
    const secrets = [...tokens(), webhookSecret, wrongSecret];
    for (const kind of ['pat-', 'oauth-', 'refresh-', '00D']) assert.ok(secrets.some((secret) => secret.startsWith(kind)), kind);
    assert.ok(said.length > 200 && said.some(({ place }) => place === 'output'), `${said.length} things`);
    assert.deepEqual(placesOf(said, secrets), []);
  });

  test('would have been found: one that is planted is', async () => {
    const token = newest('oauth-');
    await s.client.workflow.getHandle('connection/main').signal('pause', { [token]: 1 });
    const found = placesOf(await keptByTemporal(s.client, "WorkflowId = 'connection/main'"), tokens());
    assert.ok(found.length > 0 && found.every((place) => /^connection\/main \S+ event \d+: oauth-/.test(place)), found.join('\n'));
  });

  const accounts = (other: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
    HUBSPOT_BASE_URL: s.stack.addresses.hubspot, HUBSPOT_CLIENT_ID: 'sandbox', HUBSPOT_CLIENT_SECRET: 'sandbox', HUBSPOT_REFRESH_TOKEN: 'sandbox-refresh',
    SALESFORCE_LOGIN_URL: s.stack.addresses.salesforce, SALESFORCE_CLIENT_ID: 'sandbox', SALESFORCE_CLIENT_SECRET: 'sandbox', SLUICE_WEBHOOK_URL: 'https://sluice.example/hubspot/webhooks', ...other,
  });
});
