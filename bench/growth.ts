import { fillOnce, type FillOptions } from './fill-run.ts';
import { report, perContact } from './measure/measured.ts';
import { actionsOf } from './measure/spent.ts';
import { round } from './measure/statistics.ts';

export interface GrowthOptions extends Omit<FillOptions, 'contacts'> {
  small: number;
  large: number;
}

const mostTimes = 1.15;
const mostMiB = 600;

/** What a contact costs in a small and in a large import and fill: calls, actions and CPU of the worker. Answers what is wrong, each as a sentence. */
export async function growth({ small, large, ...options }: GrowthOptions): Promise<string[]> {
  const [few, many] = [await fillOnce({ ...options, contacts: small }, false), await fillOnce({ ...options, contacts: large }, false)];
  const costs = ({ calls, spent }: typeof few, contacts: number) => ({
    hubspotCalls: perContact(calls, contacts).hubspot, salesforceCalls: perContact(calls, contacts).salesforce, actions: round(actionsOf(spent) / contacts), cpuMs: round((spent.cpuSeconds / contacts) * 1000, 2),
  });
  const [before, after] = [costs(few, small), costs(many, large)];
  const times = Object.fromEntries((Object.keys(before) as (keyof typeof before)[]).map((what) => [what, round(after[what] / before[what], 3)]));
  const names = { hubspotCalls: 'HubSpot calls per contact', salesforceCalls: 'Salesforce calls per contact', actions: 'Temporal actions per contact', cpuMs: 'CPU of the worker per contact, ms' };
  report(`Import and fill of ${large} contacts against ${small}.`, {
    bench: 'growth', contacts: large, seconds: round(many.seconds + many.secondsBehind, 1), contactsPerSecond: round(large / (many.seconds + many.secondsBehind), 1),
    callsPerContact: perContact(many.calls, large), actionsPerContact: after.actions, workerPeakMiB: round(many.spent.peakMiB, 0), workerCpuSeconds: round(many.spent.cpuSeconds, 1), floorPerSecond: null, ratioToFloor: null,
  }, {
    notes: { seconds: '', floorPerSecond: `held against ${small} contacts instead`, ratioToFloor: `held against ${small} contacts instead` },
    rows: [
      ...(Object.keys(names) as (keyof typeof names)[]).map((what): [string, string, string] => [names[what], `${before[what]} -> ${after[what]}`, `${times[what] ?? ''} times, at most ${mostTimes}`]),
      ['peak memory of the worker, MiB', `${round(few.spent.peakMiB, 0)} -> ${round(many.spent.peakMiB, 0)}`, `at most ${mostMiB}`],
    ],
    more: { small, times, smallPeakMiB: round(few.spent.peakMiB, 0) },
  });
  return [...few.problems, ...many.problems];
}
