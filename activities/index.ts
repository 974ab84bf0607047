import { deliverHubSpot } from './changes/deliver-hubspot.ts';
import { deliverSalesforce } from './changes/deliver-salesforce.ts';
import { readJoiners } from './changes/joiners.ts';
import { compareLater } from './changes/later.ts';
import { compareHubSpot, pollHubSpot } from './changes/poll-hubspot.ts';
import { subscribeChanges } from './changes/subscribe.ts';
import { compareSalesforce, pollSalesforce } from './changes/poll-salesforce.ts';
import { reconcileHubSpot, reconcileSalesforce } from './changes/reconcile.ts';
import { readSegment, checkConnection } from './connection/check.ts';
import { eraseRuns } from './connection/erase.ts';
import { awaiting, heedful } from './connection/heed.ts';
import { findContact, findSegment, listSegments } from './connection/lookup.ts';
import { startRelabel } from './connection/relabel.ts';
import { wakeMismapped } from './connection/wake.ts';
import { casting } from './failure.ts';
import { beating } from './page/position.ts';
import { fillPage, findMembers } from './page/fill.ts';
import { handOver } from './page/handovers.ts';
import { importPage } from './page/import.ts';
import { beginListJob, endListJob, lookAtListJob } from './page/list-job.ts';
import { listPages } from './page/list.ts';
import { leaversPage, listContacts, relabelPage, resyncPage } from './page/resync.ts';
import { liveActivities } from './pair/live.ts';
import { createWorld, type Dependencies, type World } from './world.ts';

/**
 * Everything that touches the outside world, for one connection: plain functions over what the worker injects. What they throw is
 * a typed failure with category and remedy.
 */
export function createActivities(dependencies: Dependencies) {
  const world = createWorld(dependencies);
  const over = <Input, Output>(run: (world: World, input: Input) => Promise<Output>) => (input: Input): Promise<Output> => run(world, input);
  const beatingOver = <Input, Output>(run: (world: World, input: Input) => Promise<Output>) => beating(over(run));
  const lookUps = {
    readSegment: over(readSegment),
    checkConnection: beatingOver(checkConnection),
    startRelabel: () => startRelabel(world),
    wakeMismapped: beatingOver<object, { told: number }>(wakeMismapped),
    eraseRuns: over(eraseRuns),
    listSegments: () => listSegments(world),
    findSegment: over(findSegment),
    findContact: over(findContact),
  };
  const feeds = { deliverHubSpot: beatingOver(deliverHubSpot), deliverSalesforce: beatingOver(deliverSalesforce), subscribeChanges: beatingOver<object, void>((world) => subscribeChanges(world)) };
  const pages = {
    listPages: beatingOver(listPages),
    beginListJob: beatingOver(beginListJob),
    lookAtListJob: beatingOver(lookAtListJob),
    endListJob: beatingOver(endListJob),
    importPage: beatingOver(importPage),
    findMembers: beatingOver(findMembers),
    fillPage: beatingOver(fillPage),
    listContacts: beatingOver(listContacts),
    resyncPage: beatingOver(resyncPage),
    relabelPage: beatingOver(relabelPage),
    leaversPage: beatingOver(leaversPage),
    handOver: beatingOver(handOver),
    pollHubSpot: beatingOver(pollHubSpot),
    compareHubSpot: beatingOver(compareHubSpot),
    compareLater: beatingOver(compareLater),
    readJoiners: beatingOver(readJoiners),
    reconcileHubSpot: beatingOver(reconcileHubSpot),
    pollSalesforce: beatingOver(pollSalesforce),
    compareSalesforce: beatingOver(compareSalesforce),
    reconcileSalesforce: beatingOver(reconcileSalesforce),
  };
  return { ...casting(liveActivities(world), 'none', awaiting(world)), ...casting(lookUps, 'short', heedful(world)), ...casting({ ...feeds, ...pages }, 'endless', heedful(world)) };
}

/** The activities as workflows call them; they import this as a type only. */
export type Activities = ReturnType<typeof createActivities>;
