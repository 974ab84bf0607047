import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import * as z from 'zod';
import { openLog, type LogOptions } from '../../../worker/telemetry/log.ts';
import { logFailure } from '../../../worker/telemetry/outcomes.ts';
import { sdkLogger } from '../../../worker/telemetry/sdk-logger.ts';

const secretive = ApplicationFailure.create({ type: 'property-value', message: 'HubSpot does not take ada@example.com.', details: [{ error: { category: 'property-value', code: 'INVALID_EMAIL', message: 'HubSpot does not take ada@example.com.', remedy: '' }, retry: 'on-change', retryAfterMs: null }] });
const failed = { activity: 'writePair', workflowId: 'contact/main/51', attempt: 2, category: 'property-value', code: 'INVALID_EMAIL', error: secretive };

/** A log and the lines that it has written. */
function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  return { lines, log: openLog({ level: 'info', format: 'json', connection: 'main', ...options }, { write: (line) => { lines.push(line); } }) };
}
const parsed = (line: string | undefined): Record<string, unknown> => z.record(z.string(), z.unknown()).parse(JSON.parse(line ?? ''));

describe('the log', () => {
  test('is one JSON object a line, with level, time and connection', () => {
    const { log, lines } = logged();
    log.info({ feeds: true }, 'The worker starts.');
    const { time, ...rest } = parsed(lines[0]);
    assert.deepEqual(rest, { level: 'info', connection: 'main', feeds: true, msg: 'The worker starts.' });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.match(lines[0] ?? '', /^\{[^\n]+\}\n$/);
  });

  test('reads as text for people, with what has spaces in quotes', () => {
    const { log, lines } = logged({ format: 'text' });
    log.warn({ activity: 'readPair', attempt: 2, said: 'two words' }, 'An activity failed.');
    assert.match(lines[0] ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z warn {2}An activity failed\. activity=readPair attempt=2 said="two words"\n$/);
  });

  test('tells a failed attempt by category and code, and its words at debug alone', () => {
    const quiet = logged();
    logFailure(quiet.log, failed);
    const { time: _, ...line } = parsed(quiet.lines[0]);
    assert.deepEqual(line, { level: 'warn', connection: 'main', activity: 'writePair', workflowId: 'contact/main/51', attempt: 2, category: 'property-value', code: 'INVALID_EMAIL', msg: 'An activity failed.' });
    assert.equal(quiet.lines.length, 1);
    const debugging = logged({ level: 'debug' });
    logFailure(debugging.log, failed);
    assert.match(debugging.lines.join(''), /ada@example\.com/);
  });

  test('tells a defect by its type and place', () => {
    const { log, lines } = logged();
    logFailure(log, { ...failed, category: 'defect', code: 'SyntaxError', error: new SyntaxError('Unexpected token in "ada@example.com"') });
    const { level, error } = z.object({ level: z.string(), error: z.object({ type: z.string(), at: z.array(z.string()) }) }).parse(JSON.parse(lines[0] ?? ''));
    assert.deepEqual([level, error.type], ['error', 'SyntaxError']);
    assert.match(error.at[0] ?? '', /^at .*log\.test\.ts/);
    assert.doesNotMatch(lines.join(''), /ada@/);
  });

  test("takes of the SDK's messages what names nobody", () => {
    const { log, lines } = logged();
    const sdk = sdkLogger(log);
    sdk.warn('Failing workflow task', { sdkComponent: 'core', workflowId: 'contact/main/51', failure: 'ada@example.com', error: secretive });
    sdk.info('Worker state changed', { state: 'RUNNING' });
    sdk.warn('Activity failed', { error: secretive });
    sdk.warn('No activities registered, not polling for activity tasks');
    assert.equal(lines.length, 1);
    const line = parsed(lines[0]);
    assert.deepEqual([line['level'], line['msg'], line['sdkComponent'], line['workflowId']], ['warn', 'Failing workflow task', 'core', 'contact/main/51']);
    assert.doesNotMatch(lines.join(''), /ada@/);
  });
});
