import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { testSluice } from '../support/sluice.ts';
import { useScene } from './scene.ts';

const sluice = await testSluice();

describe('a poll meets a member that is still shown as outside', { concurrency: false }, () => {
  // No events, and nobody reads who joined: the status lags behind the segment, as it does while the statuses are compared.
  const scene = useScene(sluice, 'stale-status', { delayMs: null, feeds: { joinersSeconds: 3_600 } });

  test('and tells it of its change, whichever side it was made on', async () => {
    const s = scene();
    const members = await s.hubspot.segment('Members', 'message', ['member']);
    await s.relabelled(() => s.select(members));
    const outsider = async (email: string) => {
      const id = await s.hubspot.create({ email, lastname: 'Doe', message: 'member' });
      await s.poll('hubspot');
      const { salesforce } = await s.become(id, 'in-sync');
      await s.relabelled(async () => {
        await s.hubspot.edit(id, { message: 'left' });
        await s.select(members);
      });
      await s.become(id, 'outside-segment');
      return { id, record: salesforce?.id ?? '' };
    };
    const [ada, bob] = [await outsider('ada@firm.example'), await outsider('bob@firm.example')];
    await s.hubspot.edit(ada.id, { message: 'member', jobtitle: 'Countess' });
    await s.poll('hubspot');
    await s.salesforceHas(ada.record, 'Title', 'Countess');
    await s.hubspot.edit(bob.id, { message: 'member' });
    await s.person.edit(bob.record, { Title: 'Professor' });
    await s.poll('salesforce');
    await s.hubspotHas(bob.id, 'jobtitle', 'Professor');
  });

  test('also where that segment was chosen while the poll was under way', async () => {
    const s = scene();
    const [members, nobody] = [await s.hubspot.segment('All members', 'message', ['member']), await s.hubspot.segment('Nobody', 'message', ['nobody'])];
    await s.relabelled(() => s.select(members));
    const id = await s.hubspot.create({ email: 'carl@firm.example', lastname: 'Doe', message: 'member' });
    await s.poll('hubspot');
    const record = (await s.become(id, 'in-sync')).salesforce?.id ?? '';
    await s.relabelled(() => s.select(nobody));
    await s.become(id, 'outside-segment');
    await s.hubspot.edit(id, { jobtitle: 'Dean' });
    // The poll begins under the one segment and reads under the other; the comparison of the statuses comes after it.
    await s.hubspot.fault({ method: 'POST', path: '/contacts.search/', delayMs: 2_500, times: 1 });
    const polled = s.poll('hubspot');
    await sleep(700);
    await s.hubspot.fault({ method: 'POST', path: '/memberships.batch.read/', delayMs: 6_000, times: 1 });
    await s.select(members);
    await polled;
    await s.salesforceHas(record, 'Title', 'Dean');
  });
});
