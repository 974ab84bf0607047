/** `npm run dev` with parts that only say they are there. Settings come from the environment, as for the real one. */
import { join } from 'node:path';
import { runDev } from '../../worker/dev.ts';
import { runMain } from '../../worker/user-error.ts';

await runMain(() => runDev({
  scripts: { sandbox: join(import.meta.dirname, 'fake-sandbox.ts'), worker: join(import.meta.dirname, 'fake-worker.ts'), console: join(import.meta.dirname, 'fake-console.ts') },
}));
