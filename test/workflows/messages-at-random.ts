/** Every message and every start of a job, with what it takes. */
import * as fc from 'fast-check';
import type * as z from 'zod';
import * as m from '../../workflows/messages.ts';
import type { Json } from '../support/hostile-json.ts';

export interface Message {
  schema: () => z.ZodType;
  valid: fc.Arbitrary<Json>;
}

const digits = fc.integer({ min: 1, max: 10 ** 12 }).map(String);
const characters = 'ABCDEFGHIJabcdefghij0123456789'.split('');
const recordId = fc.string({ unit: fc.constantFrom(...characters), minLength: 15, maxLength: 15 });
const contactId = recordId.map((rest) => `003${rest}`);
const instant = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => new Date(ms).toISOString());
const text = fc.string({ maxLength: 60 });
const some = (model: Record<string, fc.Arbitrary<Json>>, requiredKeys: string[] = []): fc.Arbitrary<Json> => fc.record<Record<string, Json>>(model, { requiredKeys, noNullPrototype: true });
const all = (model: Record<string, fc.Arbitrary<Json>>): fc.Arbitrary<Json> => some(model, Object.keys(model));
const field = fc.constantFrom('Title', 'Phone', 'Fax', 'Custom__c');
const ref = { type: fc.constantFrom('Lead', 'Contact'), id: contactId };
const rung = fc.constantFrom('contact-email', 'external-id', 'created');
const nullable = (arbitrary: fc.Arbitrary<Json>): fc.Arbitrary<Json> => fc.option(arbitrary, { nil: null });
const base = fc.dictionary(fc.constantFrom('jobtitle', 'phone'), nullable(text), { noNullPrototype: true });
const baseFields = fc.dictionary(fc.constantFrom('jobtitle', 'phone'), text, { noNullPrototype: true });
const seconds = fc.integer({ min: 1, max: 86_400 });
const list = (arbitrary: fc.Arbitrary<Json>, maxLength = 4): fc.Arbitrary<Json> => fc.array(arbitrary, { maxLength });
const segment = all({ id: digits, name: text });

export const handover = (hubspotId: fc.Arbitrary<string>): fc.Arbitrary<Json> => some({
  hubspotId, name: text, trigger: fc.constantFrom('import', 'resync', 'change', 'joined'), at: instant, settingsVersion: fc.nat(1_000), link: nullable(all({ ...ref, rung })), base, baseFields,
  membership: fc.oneof(fc.constant({ kind: 'unrestricted' }), all({ kind: fc.constant('member'), segment, joinedAt: nullable(instant), checkedAt: instant })),
  wrote: all({ hubspot: list(text), salesforce: list(text) }),
  outcome: fc.oneof(all({ status: fc.constantFrom('in-sync', 'email-only', 'waiting', 'outside-segment'), reason: text }), all({ status: fc.constant('needs-review'), reason: text, candidates: list(all(ref)) })),
}, ['hubspotId', 'name', 'trigger', 'at', 'settingsVersion', 'link', 'base', 'membership', 'wrote', 'outcome']);

export const messages: Record<string, Message> = {
  'start of an import': { schema: m.importInput, valid: some({ object: fc.constantFrom('Lead', 'Contact', 'both'), where: text }) },
  'start of a resync': { schema: m.resyncJobInput, valid: some({ dryRun: fc.boolean(), segmentId: digits }) },
  selectInclusionSegment: { schema: m.selectInclusionSegmentInput, valid: some({ segmentId: digits, by: text }, ['segmentId']) },
  clearInclusionSegment: { schema: m.clearInclusionSegmentInput, valid: some({ by: text }) },
  changeSettings: {
    schema: m.changeSettingsInput,
    valid: some({
      createAs: fc.constantFrom('Lead', 'Contact', 'never'), timeZone: fc.constantFrom('UTC', 'Europe/Copenhagen'), settleWindowMs: fc.integer({ min: 0, max: 60_000 }), looksAfterSeconds: list(fc.integer({ min: 0, max: 3_600 }), 10),
      createInHubSpot: fc.constantFrom('never', 'on-create', 'on-create-or-update'), contactForAccountDomain: fc.boolean(), by: text,
      mappings: fc.array(some({ hubspot: fc.constantFrom('jobtitle', 'phone'), lead: field, contact: field, rule: fc.constantFrom('two-way', 'none', 'always-salesforce', 'salesforce-unless-blank') }, ['hubspot', 'rule']), { minLength: 1, maxLength: 3 }),
      deletes: some({ inHubSpot: fc.constantFrom('do-nothing', 'delete'), graceHours: fc.integer({ min: 0, max: 720 }) }),
      feeds: some({ changeDataCapture: fc.boolean(), joinersSeconds: seconds, hubspotPollSeconds: seconds, reconcileHours: fc.integer({ min: 1, max: 24 }) }),
    }),
  },
  findSegment: { schema: m.findSegmentInput, valid: all({ name: fc.string({ minLength: 1, maxLength: 50 }) }) },
  findContact: { schema: m.findContactInput, valid: all({ email: fc.nat().map((n) => `ada${n}@gmail.example`) }) },
  'what takes nothing, and every query': { schema: m.emptyInput, valid: fc.constant({}) },
  resync: { schema: m.resyncInput, valid: some({ reason: text }) },
  changed: { schema: m.changedInput, valid: some({ source: fc.constantFrom('hubspot', 'salesforce', 'segment', 'page'), kind: text, at: instant }, ['source', 'kind']) },
  inherit: { schema: m.inheritInput, valid: some({ from: digits, link: all({ ...ref, rung }), base, baseFields }, ['from', 'link', 'base']) },
  resolve: { schema: m.resolveInput, valid: some({ salesforceId: fc.oneof(contactId, fc.constantFrom('new', 'ignore')), by: text }, ['salesforceId']) },
  forget: { schema: m.forgetInput, valid: some({ by: text }) },
  'adopt, of a page': { schema: m.handoverInput, valid: handover(digits) },
  'adopt, of the feed': { schema: m.bypassInput, valid: all({ hubspotId: digits, salesforce: all(ref), bypass: fc.constant('on-create') }) },
  'events of HubSpot': { schema: m.hubspotEventsInput, valid: all({ events: list(some({ id: digits, kind: fc.constantFrom('creation', 'change', 'deletion', 'merge'), at: instant, merged: list(digits) }, ['id', 'kind', 'at'])) }) },
  'events of Salesforce': {
    schema: m.salesforceEventsInput,
    valid: some({ events: list(all({ id: contactId, object: ref.type, kind: fc.constantFrom('create', 'update', 'delete'), at: instant })), replay: some({ Lead: fc.nat(), Contact: fc.nat() }), gap: fc.boolean() }, ['events', 'replay']),
  },
};
