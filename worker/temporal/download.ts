/**
 * `node worker/temporal/download.ts <directory> <version>`: lets the SDK download the Temporal program into the
 * directory. The SDK offers that only as a part of starting a server, so one is started and ended.
 */
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [downloadDir = '.', version = 'default'] = process.argv.slice(2);
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: 'cached-download', downloadDir, version }, log: { format: 'pretty', level: 'never' } },
});
await environment.teardown();
