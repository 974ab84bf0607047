import type { Activities } from '../../../activities/index.ts';
import type { ConnectionCheck, SegmentChoice } from '../../../activities/connection/check.ts';

export type ConnectionFakes = Pick<Activities, 'readSegment' | 'checkConnection' | 'startRelabel' | 'wakeMismapped'>;

/** What a connection asks the outside world for; the answers may be changed, and the questions are counted. */
export function fakeConnection() {
  const world = {
    check: (): ConnectionCheck | Promise<ConnectionCheck> => ({ accounts: { hubspotPortalId: '111', salesforceOrgId: '00D000000000001AAA' }, problems: [], warnings: [], segment: { unusable: null, warnings: [] } }),
    segment: (id: string): SegmentChoice | Promise<SegmentChoice> => ({ kind: 'usable', id, name: `Segment ${id}`, warnings: [] }),
    checks: 0, relabels: 0, wakes: 0,
  };
  const activities: ConnectionFakes = {
    readSegment: async ({ segmentId }) => world.segment(segmentId),
    checkConnection: async () => {
      world.checks += 1;
      return world.check();
    },
    startRelabel: async () => { world.relabels += 1; },
    wakeMismapped: async () => {
      world.wakes += 1;
      return { told: 0 };
    },
  };
  return { world, activities };
}
