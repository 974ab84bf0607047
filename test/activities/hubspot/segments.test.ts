import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import type { HubSpot } from '../../../activities/hubspot/index.ts';
import { criteriaOf } from '../../../activities/hubspot/criteria.ts';
import { contactId, openPortal } from './sandbox.ts';
import type { Portal } from './sandbox.ts';

const call = { lane: 'backfill' } as const;

let portal: Portal;
let hubspot: HubSpot;
before(async () => {
  portal = await openPortal();
  ({ hubspot } = portal);
});
after(() => portal.close());

/** What a person does in HubSpot's list editor, by the API. */
async function api(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${portal.url}/crm/v3/lists${path}`, { method, headers: { authorization: 'Bearer pat-sandbox', 'content-type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}) });
  const text = await response.text();
  return text === '' ? null : (JSON.parse(text) as unknown);
}

describe('segments', () => {
  test('only active contact segments are listed', async () => {
    const segments = await hubspot.segments(call);
    assert.ok(segments.length >= 2);
    assert.ok(segments.every((segment) => segment.processingType === 'DYNAMIC' && segment.objectTypeId === '0-1' && segment.size !== null));
  });

  test('one is found by id and by name, with the properties that its filters look at', async () => {
    const segment = await hubspot.segmentByName('Webmail prospects', call);
    assert.ok(segment);
    assert.deepEqual(segment.criteria, ['email']);
    assert.deepEqual(await hubspot.segment(segment.id, call), segment);
  });

  test('one that is not there, or was deleted, is null', async () => {
    const { list } = z.object({ list: z.object({ listId: z.string() }) }).parse(await api('POST', '/', { name: 'Short-lived', objectTypeId: '0-1', processingType: 'MANUAL' }));
    assert.ok(await hubspot.segment(list.listId, call));
    await api('DELETE', `/${list.listId}`);
    assert.equal(await hubspot.segment(list.listId, call), null);
    assert.equal(await hubspot.segment('999999', call), null);
    assert.equal(await hubspot.segmentByName('No such segment', call), null);
  });

  test('its members come page by page, each once', async () => {
    const segment = await hubspot.segmentByName('Webmail prospects', call);
    assert.ok(segment);
    const members = new Set<string>();
    let pages = 0;
    let after: string | null = null;
    do {
      const page = await hubspot.membershipPage(segment.id, { after, limit: 25 }, call);
      for (const { contactId: id, joinedAt } of page.members) {
        members.add(id);
        assert.ok(!Number.isNaN(Date.parse(joinedAt)));
      }
      pages += 1;
      ({ after } = page);
    } while (after !== null);
    assert.equal(members.size, segment.size);
    assert.equal(pages, Math.ceil(members.size / 25));
  });

  test('the segments of many contacts come in one call per hundred, and a contact that is not there has none', async () => {
    const segment = await hubspot.segmentByName('Webmail prospects', call);
    assert.ok(segment);
    const { members } = await hubspot.membershipPage(segment.id, { limit: 250 }, call);
    const before = await portal.calls();
    const found = await hubspot.memberships([...members.map((member) => member.contactId), contactId(999_999)], call);
    assert.equal((await portal.calls()) - before, Math.ceil((members.length + 1) / 100));
    for (const { contactId: id } of members) {
      const membership = found.get(id)?.find(({ segmentId }) => segmentId === segment.id);
      assert.ok(membership && !Number.isNaN(Date.parse(membership.firstAddedAt ?? '')) && !Number.isNaN(Date.parse(membership.lastAddedAt ?? '')));
    }
    assert.deepEqual(found.get(contactId(999_999)), []);
  });
});

describe('criteria', () => {
  test('are gathered from every depth of the filters, each once', () => {
    const filter = (property: string) => ({ filterType: 'PROPERTY', property, operation: {} });
    const branch = { filterBranchType: 'OR', filters: [], filterBranches: [{ filterBranchType: 'AND', filters: [filter('state'), filter('email')], filterBranches: [{ filters: [filter('city')], filterBranches: [] }] }, { filters: [filter('email'), { filterType: 'IN_LIST', listId: '9' }] }] };
    assert.deepEqual(criteriaOf(branch), ['city', 'email', 'state']);
  });

  test('of a segment without filters are none', () => {
    assert.deepEqual(criteriaOf({}), []);
  });
});
