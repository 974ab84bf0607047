import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import type { ContactUpdate, HubSpot } from '../../../activities/hubspot/index.ts';
import { createLimiter } from '../../../activities/crm/limiter.ts';
import { createHubSpot } from '../../../activities/hubspot/index.ts';
import type { HubSpotContactId } from '../../../sync/records.ts';
import { HastyClock } from '../crm/fakeClock.ts';
import { contactId, openPortal } from './sandbox.ts';
import type { Portal } from './sandbox.ts';

const call = { lane: 'live' } as const;
const NOBODY = contactId(999_999);

let portal: Portal;
let hubspot: HubSpot;
before(async () => {
  portal = await openPortal({ seed: { seed: 'empty' } });
  ({ hubspot } = portal);
});
after(() => portal.close());

async function created(...emails: string[]): Promise<HubSpotContactId[]> {
  const outcomes = await hubspot.createContacts(emails.map((email) => ({ email, firstname: 'Ada' })), call);
  return outcomes.map((outcome) => {
    assert.ok(outcome.ok);
    return outcome.contact.id;
  });
}

describe('reading contacts', () => {
  test('each id is live or missing, with the properties asked for', async () => {
    const [id] = await created('read@a.example');
    assert.ok(id);
    const answers = await hubspot.readContacts([id, NOBODY], ['firstname', 'jobtitle'], call);
    const live = answers.get(id);
    assert.ok(live?.kind === 'live');
    assert.deepEqual([live.contact.properties['firstname'], live.contact.properties['jobtitle']], ['Ada', null]);
    assert.deepEqual(answers.get(NOBODY), { kind: 'missing' });
  });

  test('with history, the versions of a property come newest first, with their source', async () => {
    const [id] = await created('history@a.example');
    assert.ok(id);
    await portal.control('edit', { id, properties: { firstname: 'Grace' } });
    const answers = await hubspot.readContacts([id], [], { ...call, withHistory: ['firstname'] });
    const live = answers.get(id);
    assert.ok(live?.kind === 'live');
    assert.deepEqual(live.contact.history['firstname']?.map(({ value, sourceType }) => [value, sourceType]), [['Grace', 'CRM_UI'], ['Ada', 'INTEGRATION']]);
  });

  test('an archived contact is missing among the live ones, and found among the archived', async () => {
    const [id] = await created('archived@a.example');
    assert.ok(id);
    await portal.control('delete', { id });
    assert.equal((await hubspot.readContacts([id], ['email'], call)).get(id)?.kind, 'missing');
    const archived = (await hubspot.readArchived([id, NOBODY], ['email'], call));
    assert.deepEqual([archived.get(id)?.kind, archived.get(NOBODY)?.kind], ['archived', 'missing']);
    assert.equal((await hubspot.readContact(id, ['email'], call)).kind, 'archived');
    assert.equal((await hubspot.readContact(NOBODY, ['email'], call)).kind, 'missing');
  });

  test('both ids of a merge answer with the third contact that it made, alone and in a batch', async () => {
    const [winner, loser] = await created('winner@a.example', 'loser@a.example');
    assert.ok(winner && loser);
    await portal.control('merge', { primary: winner, loser });
    const batch = await hubspot.readContacts([winner, loser], ['email'], call);
    for (const id of [winner, loser]) {
      const alone = await hubspot.readContact(id, ['email'], call);
      assert.ok(alone.kind === 'merged');
      assert.notEqual(alone.into.id, id);
      assert.deepEqual(new Set(alone.into.mergedIds), new Set([winner, loser]));
      const together = batch.get(id);
      assert.ok(together?.kind === 'merged');
      assert.equal(together.into.id, alone.into.id);
    }
  });

  test('an email finds its contact whatever its case, the primary and an additional one', async () => {
    const [winner, loser] = await created('first@b.example', 'second@b.example');
    const { id } = z.object({ id: z.string() }).parse(await portal.control('merge', { primary: winner, loser }));
    const found = await hubspot.readContactsByEmail(['First@B.example', 'second@b.example', 'nobody@b.example'], ['firstname'], call);
    assert.deepEqual([...found].map(([email, contact]) => [email, contact.id]), [['First@B.example', id], ['second@b.example', id]]);
  });

  test('a search finds a contact by one property', async () => {
    const [id] = await created('search@a.example');
    const hits = await hubspot.searchContacts({ property: 'email', value: 'search@a.example', properties: ['firstname'] }, call);
    assert.deepEqual(hits.map((contact) => contact.id), [id]);
  });
});

describe('creating contacts', () => {
  test('each row has its own outcome: a known email names its contact, a bad row its property', async () => {
    const [known] = await created('known@c.example');
    const outcomes = await hubspot.createContacts([{ email: 'fresh@c.example' }, { email: 'KNOWN@c.example' }, { email: 'bad@c.example', nope: 'x' }], call);
    assert.deepEqual(outcomes.map(({ ok }) => ok), [true, false, false]);
    const [, conflict, bad] = outcomes;
    assert.ok(conflict && !conflict.ok && bad && !bad.ok);
    assert.deepEqual([conflict.failure.status, conflict.failure.existingId], [409, known]);
    assert.equal(bad.failure.code, 'VALIDATION_ERROR');
  });

  test('a create whose answer was lost is found by its email', async () => {
    await portal.control('faults', { method: 'POST', path: '/crm/v3/objects/contacts/batch/create', cut: true, when: 'after' });
    await assert.rejects(hubspot.createContacts([{ email: 'lost@c.example' }], call), { code: 'NETWORK' });
    const found = await hubspot.readContactsByEmail(['lost@c.example'], [], call);
    assert.equal(found.size, 1);
    const [again] = await hubspot.createContacts([{ email: 'lost@c.example' }], call);
    assert.ok(again && !again.ok);
    assert.equal(again.failure.existingId, found.get('lost@c.example')?.id);
  });
});

describe('updating contacts', () => {
  for (const batchErrors of ['whole', 'rows']) {
    test(`one bad row never fails its page, where HubSpot refuses ${batchErrors}`, async () => {
      await portal.control('settings', { batchErrors });
      const ids = await created(...Array.from({ length: 20 }, (_, n) => `page-${batchErrors}-${n}@d.example`));
      const rows = ids.map((id, n): ContactUpdate => ({ id, properties: n === 13 ? { nope: 'x' } : { jobtitle: 'Engineer' } }));
      const outcomes = await hubspot.updateContacts([...rows, { id: NOBODY, properties: { jobtitle: 'x' } }], call);
      assert.deepEqual(outcomes.flatMap((outcome, n) => (outcome.ok ? [] : [n])), [13, 20]);
      assert.deepEqual(outcomes[0], { ok: true, id: ids[0], confirmed: { jobtitle: 'Engineer' } });
      const [, missing] = outcomes.filter(({ ok }) => !ok);
      assert.ok(missing && !missing.ok);
      assert.equal(missing.failure.status, 404);
    });
  }

  test('an empty text clears, and is confirmed as blank', async () => {
    await portal.control('settings', { batchErrors: 'whole' });
    const [id] = await created('clear@d.example');
    assert.ok(id);
    const [outcome] = await hubspot.updateContacts([{ id, properties: { firstname: '' } }], call);
    assert.ok(outcome?.ok);
    assert.ok(!outcome.confirmed['firstname']);
  });
});

describe('searches', () => {
  test('go out five a second, so that none is refused', async () => {
    const search = () => hubspot.searchContacts({ property: 'email', value: 'x@y.example', properties: [] }, call);
    await Promise.all(Array.from({ length: 8 }, search));
    const answer: unknown = await (await fetch(`${portal.url}/_sandbox/requests`)).json();
    const { requests } = z.object({ requests: z.array(z.object({ url: z.string(), status: z.number().nullish() })) }).parse(answer);
    const searches = requests.filter(({ url }) => url.endsWith('/search'));
    assert.ok(searches.length >= 8);
    assert.ok(searches.every(({ status }) => status === 200));
  });
});

describe('OAuth', () => {
  test('a token is got by refresh token, and renewed with the rotated one when it was revoked', async () => {
    await portal.control('settings', { rotateRefreshTokens: true });
    const kept: string[] = [];
    const clock = new HastyClock();
    const auth = { kind: 'oauth', clientId: 'sandbox', clientSecret: 'sandbox', refreshToken: 'sandbox-refresh', onRotate: (token: string) => void kept.push(token) } as const;
    const client = createHubSpot({ baseUrl: portal.url, auth, limiter: createLimiter(), clock });
    const { portalId } = await client.account(call);
    clock.pass(1_790_000);
    assert.equal((await client.account(call)).portalId, portalId);
    assert.equal(new Set(kept).size, 2);
  });
});

describe('the account', () => {
  test('names its portal and time zone', async () => {
    const { portalId, timeZone } = await hubspot.account(call);
    assert.match(portalId, /^\d+$/);
    assert.ok(timeZone.length > 0);
  });

  test('its properties say what can be written and chosen', async () => {
    const properties = await hubspot.properties(call);
    const find = (name: string) => properties.find((property) => property.name === name);
    assert.equal(find('email')?.readOnly, false);
    assert.equal(find('lastmodifieddate')?.readOnly, true);
    assert.ok((find('lifecyclestage')?.options.length ?? 0) > 1);
  });

  test('its owners have the email by which they are users of Salesforce', async () => {
    const owners = await hubspot.owners(call);
    assert.ok(owners.length > 0 && owners.every(({ id, email }) => id !== '' && email?.includes('@')));
  });

  test('a token without a permission is told in a sentence that names the scope', async () => {
    assert.deepEqual(await hubspot.checkAccess(call), []);
    await portal.control('permissions', { remove: ['crm.objects.contacts.write', 'crm.lists.read'] });
    const sentences = await hubspot.checkAccess(call);
    await portal.control('permissions', { add: ['crm.objects.contacts.write', 'crm.lists.read'] });
    assert.equal(sentences.length, 2);
    assert.match(sentences[0] ?? '', /may not write contacts: add the scope crm\.objects\.contacts\.write/);
    assert.match(sentences[1] ?? '', /crm\.lists\.read/);
  });

  test('what is left of the limits is known after each answer', async () => {
    await hubspot.account(call);
    const { max, remaining, daily } = hubspot.usage();
    assert.equal(max, 190);
    assert.ok(remaining !== null && remaining < 190 && daily !== null);
    const { live, total } = hubspot.calls();
    assert.ok(live > 0);
    assert.equal(total, live);
  });
});
