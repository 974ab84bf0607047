import { condition } from '@temporalio/workflow';
import type { Bypass, Handover } from '../../sync/handover.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import type { Changed } from '../messages.ts';
import { noteOwnWrites } from './locked-out.ts';
import type { ContactState, Inheritance, Phase } from './state.ts';
import type { Verdict } from './verdict.ts';

/** Whether a person asked for this very contact: that alone makes a deleted record anew, or lets go of one that is held. */
export const isPersonal = (trigger: string | null): boolean => trigger !== null && /^resync\b/.test(trigger);

/** Salesforce's word that the record is gone: it tells a delete from a record that merely cannot be seen. */
export const recordDeleted = 'salesforce delete';

const weightOf = (trigger: string): number => (isPersonal(trigger) ? 2 : trigger === recordDeleted ? 1 : 0);

/** Notes that a sync is due. Many triggers are one sync, so the inbox does not grow; the weightiest is kept, a person's word before all. */
export function noteSync(s: ContactState, trigger: string, amongMany = false): void {
  const { sync } = s.inbox;
  const kept = sync !== null && weightOf(sync.trigger) > weightOf(trigger) ? sync.trigger : trigger;
  s.inbox.sync = { trigger: kept, count: (sync?.count ?? 0) + 1, held: false, ...(amongMany && (sync === null || sync.amongMany) && { amongMany }) };
}

/** Notes a change in one of the CRMs. */
export function noteChange(s: ContactState, { source, kind, amongMany }: Changed): void {
  // A person's pause does not keep the values of somebody who is to be forgotten: only a look passes it.
  if (source === 'hubspot' && kind === 'privacy-deletion') Object.assign(s.inbox, { privacy: true, look: true });
  if (source === 'salesforce' && kind === 'create') s.furtherRecord = true;
  noteSync(s, `${source} ${kind}`, amongMany);
}

/** Notes whom HubSpot merged into this contact; it merges at most 250. */
export function noteFormer(s: ContactState, ids: readonly HubSpotContactId[]): void {
  s.formerIds = [...new Set([...s.formerIds, ...ids])].slice(-250);
}

/** Notes what a contact that was merged into this one leaves to it. */
export function noteInheritance(s: ContactState, inheritance: Inheritance): void {
  noteFormer(s, [inheritance.from]);
  s.inbox.inherited = [...s.inbox.inherited.filter(({ from }) => from !== inheritance.from), inheritance].slice(-5);
  noteSync(s, 'hubspot merge');
}

/** Notes S4's one pass; one that was made for this record, or a link to another record, leaves nothing to do. */
export function noteBypass(s: ContactState, { salesforce }: Bypass): void {
  if (s.passes.includes(salesforce.id) || (s.link !== null && s.link.id !== salesforce.id) || s.lastSync !== null) return;
  s.bypass = salesforce;
  noteSync(s, 'salesforce create');
}

/** Notes that a pending delete must not happen. */
export function keepOther(s: ContactState): void {
  if (s.pendingDelete === null || s.gone === null) return;
  s.pendingDelete = null;
  s.gone.over = true;
  s.gone.why = `${s.gone.why} A person decided to keep the other side.`;
  s.phase = { status: 'deleted', reason: s.gone.why };
  s.alarm = null;
}

/** Notes a person's pause, or its end. */
export function pauseContact(s: ContactState, paused: boolean): void {
  if (s.paused === paused || s.forgotten !== null) return;
  s.paused = paused;
  s.since = new Date(Date.now()).toISOString();
}

/** Notes a handover; a repeated or older one for the same contact adds nothing, so few are kept. */
export function noteHandover(s: ContactState, handover: Handover): void {
  s.inbox.handovers = [...s.inbox.handovers, handover].slice(-3);
}

/** Takes over the base of properties that have none yet, each with what it was mapped to when both sides agreed. */
export function takeBase(s: ContactState, { base, baseFields }: Pick<Inheritance, 'base' | 'baseFields'>): void {
  // Of a property that syncs left for later it is known what it is mapped to now, which says nothing of this base.
  const taken = Object.entries(baseFields).filter(([property]) => Object.hasOwn(base, property) && !Object.hasOwn(s.base, property));
  s.baseFields = { ...s.baseFields, ...Object.fromEntries(taken) };
  s.base = { ...base, ...s.base };
}

/**
 * Takes over what a page wrote. The base is filled only where none is known, and the status is taken only where nothing newer is
 * known: a handover may come late, twice, or after a live sync.
 */
export function adopt(s: ContactState, handover: Handover): void {
  const { link, outcome, at, wrote, trigger } = handover;
  s.link ??= link;
  s.name ??= handover.name;
  if (link !== null && s.link?.id === link.id) takeBase(s, handover);
  if (s.lastSync !== null && s.lastSync.at >= at) return;
  if (s.lastSync === null && trigger === 'import') s.origin = { kind: 'import', at };
  s.membership = handover.membership;
  s.settingsVersion = handover.settingsVersion;
  s.phase = phaseOf(outcome);
  s.since = at;
  if (outcome.status === 'in-sync' || outcome.status === 'error') {
    s.lastSync = { at, trigger, wrote };
    if (outcome.status === 'error') s.failedAt = at;
    s.salesforceSeenAt = Date.parse(at);
    noteOwnWrites(s, wrote.hubspot, Date.parse(at));
  }
}

function phaseOf(outcome: Handover['outcome']): Phase {
  switch (outcome.status) {
    case 'needs-review': return { status: outcome.status, reason: outcome.reason, review: { why: outcome.reason, candidates: outcome.candidates } };
    case 'error': return { status: outcome.status, reason: outcome.error.message, error: outcome.error };
    case 'in-sync': case 'email-only': case 'waiting': case 'outside-segment': return { status: outcome.status, reason: outcome.reason };
  }
}

/** Waits until something is due; an alarm that goes off meanwhile puts its work into the inbox. */
export async function waitFor(s: ContactState, due: () => boolean): Promise<void> {
  const { alarm } = s;
  if (alarm === null || s.paused) return condition(() => due() || (s.alarm !== null && !s.paused));
  if (await condition(() => due() || s.paused, Math.max(1, alarm.at - Date.now()))) return;
  s.alarm = null;
  if (alarm.what === 'look') s.inbox.look = true;
  else noteSync(s, alarm.trigger);
}

/** Writes a pass's verdict into the state. `trigger` is null after a look. */
export function settle(s: ContactState, verdict: Verdict, trigger: string | null): void {
  // A look leaves a sync that waits for its time where it is: that is still owed.
  const owed = trigger === null && s.alarm?.what === 'sync' ? s.alarm : null;
  const asked = trigger ?? owed?.trigger ?? null;
  s.alarm = null;
  const before = s.phase.status;
  switch (verdict.kind) {
    case 'settled':
      s.alarm = owed;
      if (owed === null) s.trouble = null;
      s.phase = verdict.phase;
      break;
    case 'later':
      s.trouble = null;
      s.phase = verdict.phase;
      s.alarm = { at: verdict.at, what: 'sync', trigger: 'base on its way' };
      break;
    case 'no-room':
      s.trouble = null;
      // A look that cannot be made leaves what is known as it is.
      if (asked !== null) s.phase = { status: 'waiting', reason: verdict.reason };
      // Whoever waits for the same must not all come at once.
      s.alarm = { at: Date.now() + Math.round(verdict.afterMs * (1 + Math.random() / 10)), what: asked === null ? 'look' : 'sync', trigger: asked ?? 'look' };
      break;
    case 'held':
      s.trouble = null;
      s.phase = verdict.phase;
      // A person's pause holds it by itself, and a resume is all it waits for.
      if (asked !== null) s.inbox.sync ??= { trigger: asked, count: 1, held: !s.paused };
      break;
    case 'again': {
      const now = Date.now();
      s.trouble = { error: verdict.error, attempts: (s.trouble?.attempts ?? 0) + 1, since: s.trouble?.since ?? now };
      s.alarm = { at: now + waitMs(verdict, s.trouble.attempts), what: asked === null ? 'look' : 'sync', trigger: asked ?? 'look' };
      break;
    }
  }
  // A look leaves an error as it is, without having met it.
  if (verdict.kind === 'again' || (trigger !== null && s.phase.status === 'error')) s.failedAt = new Date(Date.now()).toISOString();
  if (s.pendingDelete !== null) s.alarm ??= { at: s.pendingDelete.at, what: 'sync', trigger: 'the end of the time of grace' };
  if (s.phase.status !== before) s.since = new Date(Date.now()).toISOString();
}

/** 1 s, 2 s, 5 s, then doubling up to 10 min with jitter; never sooner than the server asked for. */
function waitMs(verdict: Extract<Verdict, { kind: 'again' }>, attempts: number): number {
  if (verdict.policy === 'hourly') return 3_600_000;
  const steps = [1_000, 2_000, 5_000];
  const base = steps[attempts - 1] ?? Math.min(600_000, 5_000 * 2 ** (attempts - 3));
  return Math.max(verdict.afterMs ?? 0, Math.round(base * (0.8 + 0.4 * Math.random())));
}
