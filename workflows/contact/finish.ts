import type { Decision } from '../../sync/decide.ts';
import type { WriteOutcome } from '../../sync/pair.ts';
import { baseOf, conclude, fieldsOf, nameAfter, takenReason, type Pair } from '../../sync/plan.ts';
import type { PastDecision } from '../messages.ts';
import { keep, tell } from './history.ts';
import { noteOwnWrites } from './locked-out.ts';
import type { ContactState } from './state.ts';
import { failed, review, settled, type Verdict } from './verdict.ts';

const mostWrites = 10;
const withinMs = 600_000;

/** R18: a pair that was written so often within ten minutes goes in a circle with something outside: a person must look. */
export function loopGuard(s: ContactState): Verdict | null {
  s.writtenAt = s.writtenAt.filter((at) => at > Date.now() - withinMs);
  if (s.writtenAt.length < mostWrites) return null;
  s.looping = true;
  return review(`It was written ${mostWrites} times within 10 minutes, so something else changes it back each time; nothing more is written.`, []);
}

/** Draws the conclusion from a decided pass: link, base, history, and the phase. Changes `s` only by what was confirmed. */
export function finish(s: ContactState, pair: Pair, decision: Decision, trigger: string, outcome: Exclude<WriteOutcome, { kind: 'stale' }> | null): Verdict {
  if (outcome?.kind === 'review') return review(outcome.why, outcome.candidates);
  const { link, base, wrote, error, refused, reason } = conclude(pair, decision, baseOf(pair, s), outcome);
  const at = new Date(Date.now()).toISOString();
  if ((s.link === null || s.furtherRecord) && pair.match.kind === 'linked') s.duplicates = pair.match.record.duplicates;
  s.furtherRecord = false;
  s.link = link;
  s.base = base;
  s.baseFields = { ...s.baseFields, ...fieldsOf(pair) };
  s.name = nameAfter(pair, decision);
  s.lastSync = { at, trigger, wrote };
  s.salesforceSeenAt = Date.parse(pair.readAt);
  s.attempt = null;
  s.inbox.inherited = [];
  if (link !== null) s.resolved = null;
  if (wrote.hubspot.length + wrote.salesforce.length > 0) s.writtenAt = [...s.writtenAt, Date.now()];
  noteOwnWrites(s, wrote.hubspot, Date.now());
  remember(s, decision, trigger, at);
  if (error !== null) {
    const taken = takenReason(refused);
    if (taken !== null) return review(taken, []);
    // A refusal for reasons that pass by themselves is tried again; one about a value waits for a change.
    const passing = refused.find((r) => r.retry === 'backoff' || r.retry === 'hourly');
    return passing === undefined ? settled(failed(error)) : { kind: 'again', error, policy: passing.retry === 'hourly' ? 'hourly' : 'backoff', afterMs: null };
  }
  // A field that waits for the base of a running page job is looked at again soon.
  const open = decision.fields.flatMap((f) => (f.waitsForBase ? [f.hubspot] : []));
  if (open.length === 0) return settled({ status: 'in-sync', reason });
  return { kind: 'later', phase: { status: 'waiting', reason: `Decides ${open.join(', ')} once the running job has handed over what both sides agreed on.` }, at: Date.now() + 15_000 };
}

function remember(s: ContactState, decision: Decision, trigger: string, at: string): void {
  const told = decision.fields.filter((f) => f.action !== 'none' || f.problem !== undefined || f.lost !== undefined);
  if (told.length === 0) return;
  const fields: PastDecision['fields'] = told.map(({ hubspot, salesforce, action, reason, lost, problem }) => ({
    hubspot, salesforce, action, reason, ...(lost && { lost }), ...(problem && { problem }),
  }));
  s.decisions = keep([{ at, trigger, summary: decision.summary, fields }, ...tell(s.decisions)]);
}
