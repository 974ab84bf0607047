import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { testWorkflowBundle } from '../support/temporal.ts';
import { freshEventsFirst } from '../../workflows/changes/feed.ts';
import { taskQueues } from '../../workflows/ids.ts';
import { readHistories, type RecordedRun } from './histories.ts';

const workflows = join(import.meta.dirname, '../../workflows');
Runtime.install({ logger: new DefaultLogger('ERROR') });
const workflowBundle = await testWorkflowBundle();
const runs = await readHistories();

const typeOf = (run: RecordedRun): string => {
  const started = run.events[0]?.['workflowExecutionStartedEventAttributes'] as { workflowType?: { name?: string } } | undefined;
  return started?.workflowType?.name ?? 'unknown';
};
const attributes = (run: RecordedRun, name: string): Record<string, unknown>[] =>
  run.events.flatMap((event) => (typeof event[name] === 'object' && event[name] !== null ? [event[name] as Record<string, unknown>] : []));
const ofType = (...types: string[]) => runs.filter((run) => types.includes(typeOf(run)));
const signals = (run: RecordedRun) => attributes(run, 'workflowExecutionSignaledEventAttributes').map((a) => a['signalName']);
/** What lists showed of a contact, one after the other. */
const statuses = (run: RecordedRun): string[] => attributes(run, 'upsertWorkflowSearchAttributesEventAttributes').flatMap((a) => {
  const { indexedFields } = a['searchAttributes'] as { indexedFields: Record<string, { data: string }> };
  const status = indexedFields['SyncStatus'];
  return status === undefined ? [] : [String(JSON.parse(Buffer.from(status.data, 'base64').toString('utf8')))];
});
const started = (run: RecordedRun) => attributes(run, 'activityTaskStartedEventAttributes');

describe('histories recorded earlier', () => {
  test('all of them replay with the workflows as they are now', async (t) => {
    const failures: string[] = [];
    const replayed: Record<string, number> = {};
    const histories = runs.map(({ workflowId, events }) => ({ workflowId, history: { events } }));
    let i = 0;
    // A workflow fails on a queue that does not belong to its id, and a replay has a queue of its own making unless it is told one.
    const options = { workflowBundle, taskQueue: taskQueues('recorded').workflows };
    for await (const { error } of Worker.runReplayHistories(options, histories)) {
      const run = runs[i++];
      if (run === undefined) break;
      if (error) failures.push(`${run.name}: ${error.message}`);
      else replayed[typeOf(run)] = (replayed[typeOf(run)] ?? 0) + 1;
    }
    t.diagnostic(`replayed: ${Object.entries(replayed).map(([type, n]) => `${n} ${type}`).join(', ')}`);
    assert.deepEqual(failures, [], 'A change of the order of commands needs `patched`, or contacts that run hang.');
    assert.equal(Object.values(replayed).reduce((a, b) => a + b, 0), runs.length);
  });

  test('they cover each workflow type, and each of them continuing as new', () => {
    const types = ['connection', 'contactSync', 'salesforceImport', 'segmentResync', 'hubspotChanges', 'salesforceChanges'];
    for (const type of types) {
      assert.ok(ofType(type).length > 0, type);
      assert.ok(ofType(type).some((run) => attributes(run, 'workflowExecutionContinuedAsNewEventAttributes').length > 0), `${type} continues as new`);
      assert.ok(ofType(type).some((run) => (attributes(run, 'workflowExecutionStartedEventAttributes')[0]?.['continuedExecutionRunId'] ?? '') !== ''), `${type} was continued`);
    }
    assert.ok(ofType('segmentResync').some((run) => run.workflowId.endsWith('/relabel')) && ofType('segmentResync').some((run) => run.workflowId.endsWith('/segment')));
    const updates = ofType('connection').flatMap((run) => attributes(run, 'workflowExecutionUpdateAcceptedEventAttributes')).map((a) => JSON.stringify(a['acceptedRequest']));
    for (const name of ['selectInclusionSegment', 'clearInclusionSegment', 'changeSettings', 'listSegments', 'findSegment', 'findContact']) {
      assert.ok(updates.some((update) => update.includes(`"name":"${name}"`)), name);
    }
  });

  test('they cover a pause, an error with recovery, and a retried page', () => {
    for (const type of ['connection', 'contactSync', 'salesforceImport']) {
      const sent = new Set(ofType(type).flatMap(signals));
      assert.ok(sent.has('pause') && sent.has('resume'), `${type} is paused`);
    }
    assert.ok(ofType('contactSync').some((run) => /error(,paused)?,in-sync/.test(statuses(run).join(','))), 'an error that shows, and its recovery');
    assert.ok(ofType('contactSync').some((run) => attributes(run, 'timerFiredEventAttributes').length > 0), 'a failure that is waited out');
    const retried = (run: RecordedRun) => started(run).some((a) => Number(a['attempt']) > 1 && a['lastFailure'] !== undefined);
    assert.ok(ofType('salesforceImport').some(retried), 'a page of an import is retried');
    assert.ok(ofType('segmentResync').some(retried), 'a page of a resync is retried');
  });

  test('they cover an import by a bulk query job: one that fails, one that expires, across runs; one that is refused; one that is cancelled', () => {
    const imports = ofType('salesforceImport').filter((run) => run.name.includes('by-job'));
    const scheduled = (run: RecordedRun) => attributes(run, 'activityTaskScheduledEventAttributes').map((a) => (a['activityType'] as { name: string }).name);
    for (const activity of ['beginListJob', 'lookAtListJob', 'endListJob']) assert.ok(imports.some((run) => scheduled(run).includes(activity)), activity);
    assert.ok(imports.some((run) => attributes(run, 'workflowExecutionContinuedAsNewEventAttributes').length > 0 && scheduled(run).includes('lookAtListJob')), 'across runs');
    assert.ok(imports.some((run) => attributes(run, 'timerFiredEventAttributes').length > 0), 'waited for by timers');
    assert.ok(imports.some((run) => attributes(run, 'workflowExecutionCanceledEventAttributes').length > 0 && scheduled(run).at(-1) === 'endListJob'), 'cancelled');
    assert.ok(imports.some((run) => scheduled(run).filter((name) => name === 'listPages').length > 1 && scheduled(run).includes('beginListJob')), 'refused, and listed in pages');
  });

  test('they cover what becomes of a pair: conversion, merges, deletes, S4, a review, being forgotten', () => {
    const lives = ofType('contactSync');
    const sent = new Set(lives.flatMap(signals));
    for (const signal of ['adopt', 'inherit', 'keep']) assert.ok(sent.has(signal), signal);
    const updates = lives.flatMap((run) => attributes(run, 'workflowExecutionUpdateAcceptedEventAttributes')).map((a) => JSON.stringify(a['acceptedRequest']));
    assert.ok(updates.some((update) => update.includes('"name":"resolve"')), 'a review is answered');
    const activities = new Set(lives.flatMap((run) => attributes(run, 'activityTaskScheduledEventAttributes')).map((a) => (a['activityType'] as { name: string }).name));
    for (const activity of ['deletePair', 'eraseRuns', 'tellContact']) assert.ok(activities.has(activity), activity);
  });

  test('they cover what each `patched` in the workflows begins', async () => {
    const source = (await Promise.all((await readdir(workflows, { recursive: true })).filter((file) => file.endsWith('.ts')).map((file) => readFile(join(workflows, file), 'utf8')))).join('\n');
    const known = new Set([freshEventsFirst, ...[...source.matchAll(/\bpatched\('([^']+)'\)/g)].flatMap(([, patch]) => patch ?? [])]);
    const recorded = new Set(runs.flatMap((run) => attributes(run, 'markerRecordedEventAttributes')).map((a) => JSON.stringify(a['details'])).flatMap((details) =>
      [...details.matchAll(/"data":"([^"]*)"/g)].map((data) => Buffer.from(data[1] ?? '', 'base64').toString('utf8'))).flatMap((text) => /"id":"([^"]+)"/.exec(text)?.[1] ?? []));
    assert.ok(known.size >= 8, `${known.size} patches`);
    assert.deepEqual([...known].filter((patch) => !recorded.has(patch)), [], '`record-patches.ts` records one of each');
  });

  test('they name no machine, no path and no process', () => {
    for (const { name, workflowId, events } of runs) {
      const text = [workflowId, JSON.stringify(events), ...[...JSON.stringify(events).matchAll(/"data":"([^"]*)"/g)].map((m) => Buffer.from(m[1] ?? '', 'base64').toString('utf8'))].join('\n');
      assert.doesNotMatch(text, /"identity"|"stackTrace"|\d+@[a-z]|file:\/\/|\/tmp\/|\/work\/|\/home\/|127\.0\.0\.1|localhost|[a-z]+-[0-9a-f]{6}\b/, name);
    }
  });
});
