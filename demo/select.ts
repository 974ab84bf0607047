import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceFailure } from '../client/sluice-client.ts';
import type { Teller } from './step.ts';
import { snapshot, touched, type Snapshot, type World } from './world.ts';

const settlingMs = 2_000;

/** The static segment cannot be chosen. */
export async function refuseStatic(world: World, { tell, check }: Teller): Promise<void> {
  const { sluice } = world;
  const segments = await sluice.listSegments();
  tell(`active segments: ${segments.map(({ name, size }) => `"${name}" (${size} members)`).join(', ')}`);
  check('"Trade fair 2025", a static one, can be chosen', false, segments.some(({ name }) => name === 'Trade fair 2025'));
  const refusal = await sluice.selectSegment('Trade fair 2025', 'demo').then(() => 'it was selected', (error: unknown) => {
    if (error instanceof SluiceFailure && error.kind === 'refused') return error.message;
    throw error;
  });
  tell(refusal);
  check('selecting it is refused as static', true, refusal.includes('static'));
  check('segment in force', 'none', (await sluice.settings()).segment?.name ?? 'none');
}

/** Selecting an active segment writes nothing. */
export async function selectSegment(world: World, before: Snapshot, { tell, check }: Teller): Promise<void> {
  const { sluice } = world;
  const calls = await world.writeCalls();
  const settings = await sluice.selectSegment('Webmail prospects', 'demo');
  check('segment in force', 'Webmail prospects', settings.segment?.name ?? 'none');
  tell('waiting a moment for whatever might be written');
  await sleep(settlingMs);
  const callsNow = await world.writeCalls();
  check('write calls to HubSpot meanwhile', 0, callsNow.hubspot - calls.hubspot);
  check('write calls to Salesforce meanwhile', 0, callsNow.salesforce - calls.salesforce);
  const now = await snapshot(world);
  check('contacts in HubSpot', before.contacts.length, now.contacts.length);
  check('of them changed', 0, touched(before.contacts, now.contacts));
  check('Leads and Contacts in Salesforce', before.records.length, now.records.length);
  check('of them changed', 0, touched(before.records, now.records));
}
