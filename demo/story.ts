import { workflowIds } from '../workflows/ids.ts';
import { importAndFill } from './import.ts';
import { refuseStatic, selectSegment } from './select.ts';
import type { Teller } from './step.ts';
import { changeBoth, changeInHubSpot, imported, queryState, resyncOne } from './triggers.ts';
import { checked, snapshot, type Snapshot, type World } from './world.ts';

/** What the seed `us-500` is made of. */
const seed = { leads: 350, contacts: 150, inHubSpot: 120 };

/** The story on the seed `us-500`, as steps that build on each other. */
export function story(world: World): { title: string; run: (teller: Teller) => Promise<void> }[] {
  let before: Snapshot = { contacts: [], records: [], people: [] };
  let after = before;
  return [
    {
      title: 'look at both CRMs',
      run: async ({ tell, check }) => {
        await checked(world.sluice);
        before = await snapshot(world);
        check('Leads in Salesforce', seed.leads, before.records.filter(({ type }) => type === 'Lead').length);
        check('Contacts in Salesforce', seed.contacts, before.records.filter(({ type }) => type === 'Contact').length);
        check('contacts in HubSpot', seed.inHubSpot, before.contacts.length);
        check('the connection is', 'ready', (await world.sluice.health()).status);
        tell(`its settings: ${world.webUi(workflowIds.connection(world.sluice.connection))}`);
      },
    },
    { title: 'refuse a static segment', run: (teller) => refuseStatic(world, teller) },
    { title: 'select "Webmail prospects", which writes nothing', run: (teller) => selectSegment(world, before, teller) },
    { title: 'import Leads and Contacts, then fill the members', run: async (teller) => { after = await importAndFill(world, before, teller); } },
    { title: 'somebody changes a member and a non-member in Salesforce', run: (teller) => changeBoth(world, imported(before, after, true), imported(before, after, false), teller) },
    { title: 'somebody changes the member in HubSpot', run: (teller) => changeInHubSpot(world, imported(before, after, true), teller) },
    { title: 'resync a contact by signal', run: (teller) => resyncOne(world, imported(before, after, true), teller) },
    { title: 'ask for its state', run: (teller) => queryState(world, imported(before, after, true), teller) },
  ];
}
