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
import { findContact, findSegment, listSegments } from './connection/lookup.ts';
import { startRelabel } from './connection/relabel.ts';
import { casting } from './failure.ts';
import { beating } from './page/position.ts';
import { fillPage, findMembers } from './page/fill.ts';
import { handOver } from './page/handovers.ts';
import { importPage, listPages } from './page/import.ts';
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
  const page = <Input, Output>(run: (world: World, input: Input) => Promise<Output>) => beating(over(run));
  const interactive = {
    ...liveActivities(world),
    readSegment: over(readSegment),
    checkConnection: page(checkConnection),
    startRelabel: () => startRelabel(world),
    eraseRuns: over(eraseRuns),
    listSegments: () => listSegments(world),
    findSegment: over(findSegment),
    findContact: over(findContact),
  };
  const feeds = { deliverHubSpot: page(deliverHubSpot), deliverSalesforce: page(deliverSalesforce), subscribeChanges: page<object, void>((world) => subscribeChanges(world)) };
  const pages = {
    listPages: page(listPages),
    importPage: page(importPage),
    findMembers: page(findMembers),
    fillPage: page(fillPage),
    listContacts: page(listContacts),
    resyncPage: page(resyncPage),
    relabelPage: page(relabelPage),
    leaversPage: page(leaversPage),
    handOver: page(handOver),
    pollHubSpot: page(pollHubSpot),
    compareHubSpot: page(compareHubSpot),
    compareLater: page(compareLater),
    readJoiners: page(readJoiners),
    reconcileHubSpot: page(reconcileHubSpot),
    pollSalesforce: page(pollSalesforce),
    compareSalesforce: page(compareSalesforce),
    reconcileSalesforce: page(reconcileSalesforce),
  };
  return { ...casting(interactive, { patient: false }), ...casting({ ...feeds, ...pages }, { patient: true }) };
}

/** The activities as workflows call them; they import this as a type only. */
export type Activities = ReturnType<typeof createActivities>;
