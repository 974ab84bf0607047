import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { webUiLinks } from '../../worker/links.ts';
import { webUiAddress } from '../../worker/temporal/web-ui.ts';
import { UserError } from '../../worker/user-error.ts';

describe("Temporal's Web UI", () => {
  const rows: [what: string, address: string, env: NodeJS.ProcessEnv, url: string | null][] = [
    ["is the dev server's where Temporal is on this machine", '127.0.0.1:7233', {}, 'http://127.0.0.1:8233'],
    ['has the port that was chosen', 'localhost:17233', { SLUICE_TEMPORAL_UI_PORT: '18233' }, 'http://127.0.0.1:18233'],
    ['is where the variable says, without a slash at the end', '127.0.0.1:7233', { SLUICE_TEMPORAL_UI_URL: 'https://temporal.example.com/ui/' }, 'https://temporal.example.com/ui'],
    ["is Temporal Cloud's for an address there", 'sluice.a1b2c.tmprl.cloud:7233', {}, 'https://cloud.temporal.io'],
    ["is Temporal Cloud's for a regional one", 'eu-central-1.aws.api.temporal.io:7233', {}, 'https://cloud.temporal.io'],
    ['is not known of another server', 'temporal.internal:7233', {}, null],
  ];
  for (const [what, address, env, url] of rows) test(what, () => assert.equal(webUiAddress(address, env), url));

  test('refuses what is no address, in a sentence', () => {
    assert.throws(() => webUiAddress('127.0.0.1:7233', { SLUICE_TEMPORAL_UI_URL: 'temporal' }), (error) => error instanceof UserError && /^SLUICE_TEMPORAL_UI_URL must be an address such as https:.*\.$/.test(error.message));
  });

  test('keeps three lists of the connection as saved views', () => {
    const { views } = webUiLinks('http://127.0.0.1:8233', 'default', 'main');
    assert.deepEqual(views.map(({ url }) => [new URL(url).pathname, new URL(url).searchParams.get('savedQuery'), new URL(url).searchParams.get('query')]), [
      ['/namespaces/default/workflows', 'Needs attention', 'Connection="main" AND SyncStatus IN ("error", "needs-review")'],
      ['/namespaces/default/workflows', 'Syncing', 'Connection="main" AND SyncStatus IN ("in-sync", "waiting")'],
      ['/namespaces/default/workflows', 'Outside the segment', 'Connection="main" AND SyncStatus IN ("email-only", "outside-segment")'],
    ]);
  });
});
