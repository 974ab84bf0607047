import { readSegment, checkConnection } from './connection/check.ts';
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
    checkConnection: over(checkConnection),
    startRelabel: () => startRelabel(world),
    listSegments: () => listSegments(world),
    findSegment: over(findSegment),
    findContact: over(findContact),
  };
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
  };
  return { ...casting(interactive, { patient: false }), ...casting(pages, { patient: true }) };
}

/** The activities as workflows call them; they import this as a type only. */
export type Activities = ReturnType<typeof createActivities>;
