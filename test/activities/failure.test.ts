import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { CrmFailure } from '../../activities/crm/failure.ts';
import { casting } from '../../activities/failure.ts';

/** What Temporal is told of a failure that an activity throws. */
async function told(failure: unknown, patient: boolean): Promise<unknown> {
  const { run } = casting({ run: async () => { throw failure; } }, { patient });
  return new MockActivityEnvironment().run(run).then(() => assert.fail('nothing was thrown'), (error: unknown) => error);
}

const crm = (code: string, status: number, retryAfterMs: number | null = null) => new CrmFailure({ system: 'salesforce', operation: 'query', code, status, retryAfterMs });

describe('what an activity throws', () => {
  const table: [CrmFailure, { live: boolean; page: string | number | false }][] = [
    [crm('SERVER_UNAVAILABLE', 503), { live: true, page: 0 }],
    [crm('SERVER_UNAVAILABLE', 503, 7_000), { live: true, page: 7_000 }],
    [crm('INVALID_SESSION_ID', 401), { live: false, page: 60_000 }],
    [new CrmFailure({ system: 'salesforce', operation: 'query', code: 'REQUEST_LIMIT_EXCEEDED', status: 403, limit: { used: 100, limit: 100 } }), { live: false, page: 300_000 }],
    [crm('ENTITY_IS_LOCKED', 400), { live: false, page: 3_600_000 }],
    [crm('INVALID_FIELD', 400), { live: false, page: false }],
  ];
  for (const [failure, { live, page }] of table) {
    test(`${failure.code} (${failure.retryAfterMs ?? 0} ms) is ${live ? 'retried' : 'told at once'} in the live lane and ${page === false ? 'told at once' : 'waited out'} by a page`, async () => {
      const inLive = await told(failure, false);
      const inPage = await told(failure, true);
      assert.ok(inLive instanceof ApplicationFailure && inPage instanceof ApplicationFailure);
      assert.equal(inLive.nonRetryable, !live);
      assert.equal(inPage.nonRetryable, page === false);
      assert.equal(inPage.nextRetryDelay ?? 0, page === false ? 0 : page);
    });
  }

  test('what is no failure of a CRM stays as it is', async () => {
    const defect = new TypeError('x is not a function');
    assert.equal(await told(defect, true), defect);
  });
});
