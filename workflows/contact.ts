import * as wf from '@temporalio/workflow';
import * as z from 'zod';
import { lazily } from '../sync/lazily.ts';
import type { Bypass, Handover } from '../sync/handover.ts';
import type { HubSpotContactId } from '../sync/records.ts';
import { amongMany, liveActivities } from './contact/activities.ts';
import { carry, takeUp, type Carried } from './contact/carried.ts';
import { countSync } from './contact/count.ts';
import { forgetAll, refuseForgotten, staysForgotten, toldValues } from './contact/forget.ts';
import { tell } from './contact/history.ts';
import { adopt, keepOther, noteBypass, noteChange, noteHandover, noteInheritance, noteSync, pauseContact, settle, waitFor } from './contact/inbox.ts';
import { lookPass, syncPass } from './contact/pass.ts';
import { previewPair } from './contact/preview.ts';
import { resolveReview } from './contact/resolve.ts';
import { pauseUnshown, show, showDetails } from './contact/show.ts';
import { answer, type ContactState } from './contact/state.ts';
import { readWorkflowId, taskQueues } from './ids.ts';
import { answering } from './answering.ts';
import { failingPlainly } from './failure.ts';
import { noting, rejectOtherSignals } from './noting.ts';
import { readInput, readStart } from './input.ts';
import * as m from './messages.ts';

/** `look: false` starts it without a look of its own, for those who send a signal along; `adopt` is from a page. `carried` comes from the run before. */
const input = lazily(() => z.strictObject({ look: z.boolean().default(true), adopt: m.handoverInput().optional(), carried: z.custom<Carried>().optional() }));

/** A run ends at rest once its history is this long, so that replay stays cheap. */
const longHistory = 250;
const shortestRunMs = 2_000;
/** Characters of JSON; some 500 mapped fields. The state carries it from run to run, and Temporal takes 2 MB. */
const longestHandover = 200_000;

/**
 * One contact's sync, for as long as the contact lives: the only writer of its pair. Handlers note what came in; one loop reads,
 * decides and writes. Ends only when HubSpot merged the contact into another.
 */
export async function contactSync(...given: [z.input<ReturnType<typeof input>>?]): Promise<m.ContactAnswer> {
  const { connection, last } = readWorkflowId('contact');
  const hubspotId = last as HubSpotContactId;
  const started = readStart(input, given);
  const s = takeUp(started.carried ?? {}, new Date().toISOString());
  if (started.carried === undefined && started.look) s.inbox.look = true;
  if (started.adopt !== undefined) noteHandover(s, handoverFor(hubspotId, started.adopt));
  const activities = liveActivities(taskQueues(connection).live);
  const note = noting(s.rejected, () => showDetails(s, hubspotId));

  note(m.resync, m.resyncInput, (i) => noteSync(s, i.reason === undefined ? 'resync' : `resync: ${i.reason}`), 'Sync this contact now, e.g. {"reason": "asked by sales"}.');
  note(m.changed, m.changedInput, (i) => noteChange(s, i), 'Something changed: look again, e.g. {"source": "hubspot", "kind": "propertyChange"}.');
  note(m.look, m.emptyInput, () => { s.inbox.look = true; }, 'Read, and set status and reason; writes nothing in either CRM. Takes {}.');
  note(m.adopt, adoptInput(hubspotId), (i) => ('bypass' in i ? noteBypass(s, i) : noteHandover(s, i)), 'From a page of an import or resync: link, base and status of what it wrote. From the Salesforce feed: the record that lets the pair pass the gate once.');
  note(m.inherit, m.inheritInput, (i) => noteInheritance(s, i), 'From a contact that HubSpot merged into this one: its link and base.');
  note(m.keep, m.emptyInput, () => keepOther(s), 'Cancel the delete that is pending. Takes {}.');
  note(m.pause, m.emptyInput, () => pauseContact(s, true), 'Stop syncing this contact; what comes in is kept. Takes {}.');
  note(m.resume, m.emptyInput, () => pauseContact(s, false), 'Sync again, once for all that came in meanwhile. Takes {}.');
  answering(m.state, () => answer(s, hubspotId, Date.now()), 'Status, reason, link and evidence. Takes nothing.');
  answering(m.history, () => tell(s.decisions), 'The last 20 decisions that wrote or lost something. Takes nothing.');
  wf.setHandler(m.preview, () => failingPlainly(() => previewPair(activities, s, hubspotId)), {
    description: 'What a sync would write now. Writes nothing, and works while paused. Takes {}.',
    validator: (...given: [object?]) => { readInput(m.emptyInput, given); },
  });
  wf.setHandler(m.resolve, (i) => resolveReview(s, hubspotId, i), {
    description: 'Answer a review: {"salesforceId": "003..."} for the record that is meant, "new" for none of them, "ignore" to leave the contact out.',
    validator: (...given) => {
      readInput(m.resolveInput, given);
      refuseForgotten(s);
    },
  });
  wf.setHandler(m.forget, (i) => {
    s.inbox.forget ??= `A person had it forgotten${i?.by === undefined ? '' : ` (${i.by})`}.`;
    return { forgotten: 'The sync of this contact ends for good; only ids and the time are kept. What it has in HubSpot and Salesforce is for a person to delete.' };
  }, { description: 'Forget this contact: the sync ends for good, and all values are deleted from Temporal. Takes {}.', validator: (...given: [m.Forget?]) => { readInput(m.forgetInput, given); } });
  rejectOtherSignals(s.rejected, () => showDetails(s, hubspotId));
  showDetails(s, hubspotId);

  const syncDue = () => s.inbox.sync !== null && !s.inbox.sync.held && !s.paused;
  const due = () => syncDue() || s.inbox.look || s.inbox.handovers.length > 0 || s.inbox.forget !== null;
  for (;;) {
    await waitFor(s, () => due() || runIsLong() || pauseUnshown(s));
    // A contact that never comes to rest goes on in a new run all the same: signals would outgrow this one.
    if (wf.workflowInfo().continueAsNewSuggested || (!due() && runIsLong())) {
      await wf.condition(wf.allHandlersFinished);
      await goOn(s); // nothing awaited between the last look at the inbox and here
    }
    const told = toldValues(s);
    const { lastSync } = s;
    for (const handover of s.inbox.handovers.splice(0)) if (s.forgotten === null) adopt(s, handover);
    if (due() && !told) await act();
    if (told || (s.inbox.forget !== null && s.forgotten === null)) {
      await wf.condition(wf.allHandlersFinished);
      await goOn(forgetAll(s));
    }
    countSync(s, lastSync, connection);
    show(s, connection, hubspotId);
    if (s.phase.status === 'merged') {
      // What comes in while the survivor is told is meant for the survivor.
      do {
        s.inbox.sync = null;
        const inheritance = s.link === null ? null : { from: hubspotId, link: s.link, base: s.base, baseFields: s.baseFields };
        await activities.tellContact({ hubspotId: s.phase.into, kind: 'merge', inheritance });
      } while (s.inbox.sync !== null);
      return answer(s, hubspotId, Date.now());
    }
  }

  /** One pass: a look also frees a sync that was held, since what held it may be gone. */
  async function act(): Promise<void> {
    if (s.forgotten !== null) return staysForgotten(activities, s, hubspotId);
    if (s.inbox.forget !== null) return;
    if (s.inbox.look && s.inbox.sync !== null) s.inbox.sync.held = false;
    s.inbox.look = false;
    if (!syncDue()) return settle(s, await lookPass(activities, s, hubspotId), null);
    const { trigger, amongMany: patient } = s.inbox.sync ?? { trigger: 'look' };
    s.inbox.sync = null;
    s.syncing = trigger;
    const verdict = await syncPass(patient ? amongMany(activities) : activities, s, hubspotId, trigger);
    s.syncing = null;
    settle(s, verdict, trigger);
  }
}

/** In a new run. By itself that would take over the memo with which this one was started, and not what was set since. */
const goOn = (s: ContactState): Promise<never> => wf.makeContinueAsNewFunc<typeof contactSync>({ memo: { name: s.name } })({ carried: carry(s) });

/** @throws ApplicationFailure where a start hands over what was meant for another contact. */
function handoverFor(hubspotId: HubSpotContactId, handover: Handover): Handover {
  if (handover.hubspotId !== hubspotId) throw wf.ApplicationFailure.nonRetryable(`adopt.hubspotId: this is contact ${hubspotId}.`, 'InvalidInput');
  return handover;
}

/** A handover for this contact: one that was meant for another must not give it that one's link and base. */
const adoptInput = (hubspotId: HubSpotContactId) => lazily(() => z.unknown().transform((given, context): Handover | Bypass => {
  // A union would only say that nothing fits.
  const parsed = typeof given === 'object' && given !== null && 'bypass' in given ? m.bypassInput().safeParse(given) : m.handoverInput().safeParse(given);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path, message });
  return z.NEVER;
})
  .refine((handover) => handover.hubspotId === hubspotId, { path: ['hubspotId'], error: `this is contact ${hubspotId}` })
  .refine((handover) => JSON.stringify(handover).length <= longestHandover, { error: `expected at most ${longestHandover} characters in all` }));

/** At rest a long run ends: the history stays small and a replay cheap. */
function runIsLong(): boolean {
  const { continueAsNewSuggested, historyLength, startTime } = wf.workflowInfo();
  return continueAsNewSuggested || (historyLength > longHistory && Date.now() - startTime.getTime() > shortestRunMs);
}
