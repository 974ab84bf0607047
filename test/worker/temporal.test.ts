import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { msToTs } from '@temporalio/common/lib/time.js';
import { freePort } from '../../worker/ports.ts';
import { connectTemporal, connectTemporalForWorker } from '../../worker/temporal/connect.ts';
import { findTemporalProgram } from '../../worker/temporal/program.ts';
import { ensureRetention, ensureSearchAttributes } from '../../worker/temporal/search-attributes.ts';
import { startTemporal } from '../../worker/temporal/server.ts';
import { UserError } from '../../worker/user-error.ts';
import { cacheDir } from '../support/suite.ts';
import { testTemporal, uniqueConnection } from '../support/temporal.ts';

const temporal = await testTemporal();
const directory = await mkdtemp(join(tmpdir(), 'sluice-temporal-'));
after(() => rm(directory, { recursive: true, force: true }));
/** What people filter lists by, which views and scripts rely on. */
const names = ['Connection', 'ErrorCategory', 'HubSpotId', 'InSegment', 'LastSyncedAt', 'SalesforceId', 'SyncStatus'];
const program = await findTemporalProgram({ cacheDir });

describe('the dev server', () => {
  test('starts with a data file, keeps its workflows, search attributes and retention over a restart, and leaves no process', async () => {
    const dbFile = join(directory, 'deep', 'temporal.db');
    for (const round of ['first', 'second']) {
      const server = await startTemporal({ program, port: await freePort(), uiPort: await freePort(), dbFile });
      try {
        const page = await fetch(server.uiUrl);
        assert.equal(page.status, 200, 'the Web UI answers');
        const { connection, client, namespace } = await connectTemporal({ TEMPORAL_ADDRESS: server.address });
        const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
        assert.deepEqual(Object.keys(customAttributes).toSorted(), names);
        const { config } = await connection.workflowService.describeNamespace({ namespace });
        assert.equal(Number(config?.workflowExecutionRetentionTtl?.seconds), 720 * 3600);
        if (round === 'first') await client.workflow.start('anything', { workflowId: 'kept', taskQueue: 'nobody' });
        else assert.equal((await client.workflow.getHandle('kept').describe()).status.name, 'RUNNING');
        await connection.close();
      } finally {
        await server.stop();
      }
      await server.stop();
      for (const url of [server.uiUrl, `http://${server.address}`]) await assert.rejects(fetch(url), 'nothing listens any more');
    }
  });

  test('names the port that is in use and the variable that chooses another', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    assert.ok(address !== null && typeof address === 'object');
    const taken = address.port;
    const free = await freePort();
    try {
      await assert.rejects(startTemporal({ program, port: taken, uiPort: free }), userError(new RegExp(`${taken}.*SLUICE_TEMPORAL_PORT`)));
      await assert.rejects(startTemporal({ program, port: free, uiPort: taken }), userError(new RegExp(`${taken}.*SLUICE_TEMPORAL_UI_PORT`)));
    } finally {
      holder.close();
    }
  });

  test('says what to do about a data file that it cannot open', async () => {
    const dbFile = join(directory, 'broken.db');
    await writeFile(dbFile, 'this is no database, whatever its name says');
    const started = startTemporal({ program, port: await freePort(), uiPort: 0, headlessUi: true, dbFile });
    await assert.rejects(started, userError(/broken\.db.*move the file away/));
  });
});

describe('search attributes and retention', () => {
  test('can be ensured twice', async () => {
    for (const _ of [1, 2]) {
      await ensureSearchAttributes(temporal.connection, 'default');
      await ensureRetention(temporal.connection, 'default');
    }
  });

  test('are added to a namespace that was made without them', async () => {
    const namespace = await bareNamespace();
    await ensureSearchAttributes(temporal.connection, namespace);
    const { customAttributes } = await temporal.connection.operatorService.listSearchAttributes({ namespace });
    assert.deepEqual(Object.keys(customAttributes).toSorted(), names);
  });

  test('of another type are refused in a sentence', async () => {
    const namespace = await bareNamespace();
    const asKeyword = Object.fromEntries([['InSegment', 2]]);
    await temporal.connection.operatorService.addSearchAttributes({ namespace, searchAttributes: asKeyword });
    await assert.rejects(ensureSearchAttributes(temporal.connection, namespace), userError(/InSegment.*no Bool/));
  });
});

async function bareNamespace(): Promise<string> {
  const namespace = uniqueConnection('bare');
  await temporal.connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  return namespace;
}

describe('connecting', () => {
  test('gives a client and a native connection of the configured namespace', async () => {
    const { connection, nativeConnection, namespace, address } = await connectTemporalForWorker({ TEMPORAL_ADDRESS: temporal.address });
    assert.deepEqual({ namespace, address }, { namespace: 'default', address: temporal.address });
    await nativeConnection.close();
    await connection.close();
  });

  test('says how to start a server where none answers, on the port of the settings', async () => {
    const port = await freePort();
    await assert.rejects(connectTemporal({ SLUICE_TEMPORAL_PORT: String(port) }), userError(new RegExp(`127\\.0\\.0\\.1:${port}.*npm run dev.*TEMPORAL_ADDRESS`)));
  });

  test('names a namespace that does not exist', async () => {
    await assert.rejects(connectTemporal({ TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'nowhere' }), userError(/nowhere.*TEMPORAL_NAMESPACE/));
  });
});

function userError(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof UserError && pattern.test(error.message);
}
