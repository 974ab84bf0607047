import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { CrmFailure } from '../../activities/crm/failure.ts';
import { casting, type Heed, type Patience, type ToldFailure } from '../../activities/failure.ts';

/** What Temporal is told of a failure that an activity throws. */
async function told(failure: unknown, patience: Patience, heed: Partial<Heed> = {}): Promise<unknown> {
  const { run } = casting({ run: async () => { throw failure; } }, patience, { refused: async () => null, fieldGone: async () => false, ...heed });
  return new MockActivityEnvironment().run(run).then(() => assert.fail('nothing was thrown'), (error: unknown) => error);
}

const crm = (code: string, status: number, retryAfterMs: number | null = null) => new CrmFailure({ system: 'salesforce', operation: 'query', code, status, retryAfterMs });

describe('what an activity throws', () => {
  /** Ms until Temporal repeats it; false where it does not. A contact's own workflow repeats by itself. */
  const table: [CrmFailure, { short: number | false; endless: number | false }][] = [
    [crm('SERVER_UNAVAILABLE', 503), { short: 0, endless: 0 }],
    [crm('SERVER_UNAVAILABLE', 503, 7_000), { short: 7_000, endless: 7_000 }],
    [crm('INVALID_SESSION_ID', 401), { short: false, endless: 60_000 }],
    [new CrmFailure({ system: 'salesforce', operation: 'query', code: 'REQUEST_LIMIT_EXCEEDED', status: 403, limit: { used: 100, limit: 100 }, retryAfterMs: 20_000 }), { short: false, endless: false }],
    [crm('ENTITY_IS_LOCKED', 400), { short: false, endless: 3_600_000 }],
    [crm('INVALID_FIELD', 400), { short: false, endless: false }],
  ];
  for (const [failure, expected] of table) {
    const inWords = (ms: number | false) => (ms === false ? 'told at once' : `repeated after ${ms} ms`);
    test(`${failure.code} (${failure.retryAfterMs ?? 0} ms) is told at once to a contact, ${inWords(expected.short)} for a look-up and ${inWords(expected.endless)} for a page`, async () => {
      for (const [patience, ms] of Object.entries({ none: false, ...expected })) {
        const thrown = await told(failure, patience as Patience);
        assert.ok(thrown instanceof ApplicationFailure);
        assert.equal(thrown.nonRetryable, ms === false, patience);
        if (ms !== false) assert.equal(thrown.nextRetryDelay ?? 0, ms, patience);
      }
    });
  }

  test('refused credentials are told with what the connection found, and a field that is gone has the work repeated', async () => {
    const detail = async (failure: CrmFailure, heed: Partial<Heed>) => ((await told(failure, 'none', heed)) as ApplicationFailure).details?.[0] as ToldFailure;
    assert.equal((await detail(crm('INVALID_SESSION_ID', 401), { refused: async ({ error }) => `Held: ${error.code}` })).held, 'Held: INVALID_SESSION_ID');
    assert.equal((await detail(crm('INVALID_SESSION_ID', 401), {})).held, undefined);
    const gone = await told(crm('INVALID_FIELD', 400), 'none', { fieldGone: async () => true });
    assert.ok(gone instanceof ApplicationFailure && !gone.nonRetryable);
  });

  test('what is no failure of a CRM stays as it is', async () => {
    const defect = new TypeError('x is not a function');
    assert.equal(await told(defect, 'endless'), defect);
  });
});
