import { crmNames, printTable, type BothCounted } from '../calls.ts';
import { crms, type Crm } from '../../workflows/ids.ts';
import { round } from './statistics.ts';

/** What a bench found; what does not apply to it is null, with the reason in `notes`. */
export interface Measured {
  bench: string;
  contacts: number;
  seconds: number;
  contactsPerSecond: number | null;
  callsPerContact: Record<Crm, number> | null;
  /** Requests that change Temporal's state, see `actions.ts`. */
  actionsPerContact: number | null;
  workerPeakMiB: number | null;
  /** Of the worker process, all its threads together. */
  workerCpuSeconds: number | null;
  floorPerSecond: number | null;
  ratioToFloor: number | null;
}

/** What a bench has to say beside its figures. */
export interface Telling {
  /** Why a figure is missing, by its key. */
  notes?: Partial<Record<keyof Measured, string>>;
  /** Further rows: what, found, and what it is held against. */
  rows?: readonly (readonly [what: string, found: string | number, against?: string])[];
  /** Further keys of the JSON line. */
  more?: Record<string, unknown>;
}

/** Contacts a second, and against the floor of the same run. */
export const rates = (contacts: number, seconds: number, floorPerSecond: number | null): Pick<Measured, 'contacts' | 'seconds' | 'contactsPerSecond' | 'floorPerSecond' | 'ratioToFloor'> => ({
  contacts, seconds: round(seconds, 2), contactsPerSecond: round(contacts / seconds, 1),
  floorPerSecond: floorPerSecond === null ? null : round(floorPerSecond, 1),
  ratioToFloor: floorPerSecond === null ? null : round(contacts / seconds / floorPerSecond, 3),
});

/** Calls per contact of each CRM. */
export const perContact = (calls: BothCounted, contacts: number): Record<Crm, number> => ({ hubspot: round(calls.hubspot.total / contacts), salesforce: round(calls.salesforce.total / contacts) });

/** Each route's calls of both CRMs, the most first; beside those of a floor, which must be about the same for a ratio to mean something. */
export function routes(calls: BothCounted, floor: BothCounted | null = null): [route: string, calls: number, floor: string][] {
  return crms.flatMap((crm) => Object.entries(calls[crm].byRoute).sort(([, a], [, b]) => b - a)
    .map(([route, n]): [string, number, string] => [`  ${crmNames[crm]} ${route}`, n, floor === null ? '' : `floor ${floor[crm].byRoute[route] ?? 0}`]));
}

const labels: Record<Exclude<keyof Measured, 'bench' | 'contacts' | 'callsPerContact'>, string> = {
  seconds: 'seconds', contactsPerSecond: 'contacts a second', actionsPerContact: 'Temporal actions per contact', workerPeakMiB: 'peak memory of the worker, MiB',
  workerCpuSeconds: 'CPU of the worker, seconds', floorPerSecond: 'floor, contacts a second', ratioToFloor: 'ratio to the floor',
};

/** The rows of one bench's table. */
export function rowsOf(measured: Measured, { notes = {}, rows = [] }: Telling): (readonly (string | number)[])[] {
  const shown = (key: keyof typeof labels): (string | number)[] => [labels[key], measured[key] ?? '-', measured[key] === null ? notes[key] ?? '' : ''];
  return [
    ['contacts', measured.contacts, notes.contacts ?? ''],
    ...(['seconds', 'contactsPerSecond', 'floorPerSecond', 'ratioToFloor'] as const).map(shown),
    ...crms.map((crm) => [`${crmNames[crm]} calls per contact`, measured.callsPerContact?.[crm] ?? '-', measured.callsPerContact === null ? notes.callsPerContact ?? '' : '']),
    ...(['actionsPerContact', 'workerCpuSeconds', 'workerPeakMiB'] as const).map(shown),
    ...rows.map(([what, found, against = '']) => [what, found, against]),
  ];
}

/** Prints the one table of a bench and, last, its JSON line. */
export function report(title: string, measured: Measured, telling: Telling = {}): void {
  console.log(title);
  printTable(['', 'measured', ''], rowsOf(measured, telling));
  console.log(JSON.stringify({ ...measured, ...telling.more }));
}
