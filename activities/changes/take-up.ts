import type { PageTrigger } from '../../sync/handover.ts';
import type { HubSpotContactId } from '../../sync/records.ts';
import { tellContact } from '../contacts.ts';
import { each } from '../each.ts';
import { syncPage } from '../page/sync.ts';
import { reached } from '../page/position.ts';
import { mostAlone } from '../tell-all.ts';
import type { World } from '../world.ts';
import { tellChanged, type News } from './tell.ts';

/**
 * First syncs of contacts that may sync and have no workflow: a few are told, many are synced as a page, data first, their workflows
 * behind it. Safe to repeat: a page begins with the read, and whoever it wrote carries its id by then.
 */
export async function takeUp(world: World, ids: readonly HubSpotContactId[], trigger: PageTrigger, news: (id: HubSpotContactId) => News): Promise<void> {
  if (ids.length <= mostAlone) return tellChanged(world, ids.map(news));
  const outcomes = await syncPage(world, { ids, trigger, dryRun: false });
  reached({ contacts: ids.length, synced: outcomes.length });
  await each(outcomes, async (outcome) => {
    if (!('handover' in outcome) || outcome.handover === null || outcome.kind === 'frozen') return;
    await tellContact(world, outcome.hubspotId, { signal: 'adopt', input: outcome.handover });
  });
}
