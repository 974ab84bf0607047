import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionsSince, byType, parseActions, queries, stateChanging } from '../../bench/measure/actions.ts';
import { alternating, best, ofRounds } from '../../bench/measure/alternating.ts';
import { perContact, rates, rowsOf, type Measured } from '../../bench/measure/measured.ts';
import { percentile, round } from '../../bench/measure/statistics.ts';

test('a percentile is the value that so large a part does not exceed, whatever the order', () => {
  const values = [30, 10, 20, 40, 50, 60, 70, 80, 90, 100];
  assert.equal(percentile(values, 0.5), 50);
  assert.equal(percentile(values, 0.95), 100);
  assert.equal(percentile(values, 0.1), 10);
  assert.equal(percentile([7], 0.95), 7);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});

const metrics = `# TYPE action counter
action{action_type="grpc_SignalWithStartWorkflowExecution",namespace="default",operation="SignalWithStartWorkflowExecution",service_name="frontend"} 4
action{action_type="command_ScheduleActivityTask",namespace="default",operation="RespondWorkflowTaskCompleted",service_name="frontend"} 3
action{action_type="command_ScheduleActivityTask",namespace="default",operation="other",service_name="frontend"} 2
action{action_type="grpc_QueryWorkflow",namespace="default",operation="QueryWorkflow",service_name="frontend"} 7
action{action_type="grpc_StartWorkflowExecution",namespace="temporal_system",operation="StartWorkflowExecution",service_name="frontend"} 2
action_other{action_type="grpc_StartWorkflowExecution",namespace="default"} 9
`;

test("the server's counter is read for one namespace, all operations of a type together", () => {
  assert.deepEqual(parseActions(metrics, 'default'), { grpc_SignalWithStartWorkflowExecution: 4, command_ScheduleActivityTask: 5, grpc_QueryWorkflow: 7 });
  assert.deepEqual(parseActions('', 'default'), {});
});

test('what came between two counts leaves out what did not', () => {
  assert.deepEqual(actionsSince({ a: 2, b: 1 }, { a: 5, b: 1, c: 4 }), { a: 3, c: 4 });
});

test('queries change nothing, and a signal-with-start that starts is a start and a signal', () => {
  const actions = parseActions(metrics, 'default');
  assert.equal(stateChanging(actions, 0), 9);
  assert.equal(stateChanging(actions, 3), 12);
  assert.equal(stateChanging(actions, 100), 13);
  assert.equal(queries(actions), 7);
  assert.deepEqual(byType({ a: 1, b: 3 }, (n) => n * 2), [['  Temporal b', 6], ['  Temporal a', 2]]);
});

test('Sluice and its floor run in turn, and the best of each counts', async () => {
  const order: string[] = [];
  const note = (what: string, value: number) => { order.push(what); return Promise.resolve(value); };
  const runs = await alternating(2, () => note('a', order.length), () => note('b', order.length));
  assert.deepEqual(order, ['a', 'b', 'a', 'b']);
  assert.deepEqual(runs, { measured: [0, 2], floor: [1, 3] });
  assert.equal(best([3, 9, 5], (n) => n), 9);
  assert.throws(() => best([], () => 1));
  assert.match(ofRounds(2), /best of 2 rounds/);
});

test('a ratio is that of the rates, and there is none without a floor', () => {
  assert.deepEqual(rates(100, 4, 50), { contacts: 100, seconds: 4, contactsPerSecond: 25, floorPerSecond: 50, ratioToFloor: 0.5 });
  assert.equal(rates(100, 4, null).ratioToFloor, null);
  assert.deepEqual(perContact({ hubspot: { total: 3, byRoute: {} }, salesforce: { total: 1, byRoute: {} } }, 100), { hubspot: 0.03, salesforce: 0.01 });
  assert.equal(round(0.123456), 0.1235);
});

test('the table says why a figure is missing', () => {
  const measured: Measured = {
    bench: 'idle', ...rates(10, 5, null), contactsPerSecond: null, callsPerContact: null, actionsPerContact: 0.5, workerPeakMiB: 200, workerCpuSeconds: 1.5,
  };
  const rows = rowsOf(measured, { notes: { floorPerSecond: 'nothing is done', callsPerContact: 'see those of a day' }, rows: [['more', 1]] });
  assert.deepEqual(rows.find(([what]) => what === 'floor, contacts a second'), ['floor, contacts a second', '-', 'nothing is done']);
  assert.deepEqual(rows.find(([what]) => what === 'HubSpot calls per contact'), ['HubSpot calls per contact', '-', 'see those of a day']);
  assert.deepEqual(rows.find(([what]) => what === 'peak memory of the worker, MiB'), ['peak memory of the worker, MiB', 200, '']);
  assert.deepEqual(rows.at(-1), ['more', 1, '']);
});
