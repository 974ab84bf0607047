import type { ChaosStory, End, PersonaStory, WorkflowFacts } from '../../bench/chaos/story.ts';
import type { Story, Values, Write } from '../../bench/soak/story.ts';

const start = Date.UTC(2026, 0, 5, 10);
export const at = (seconds: number): number => start + seconds * 1000;
const blank: Values = { jobtitle: null, phone: null, mobilephone: null, fax: null, city: null, address: null, zip: null, firstname: null };
export const values = (some: Values): Values => ({ ...blank, ...some });
export const lead = '00Q000000000001AAA';
export const write = (seconds: number, side: Write['side'], id: string, some: Values, more: Partial<Write> = {}): Write =>
  ({ side, kind: 'update', at: at(seconds), id, claim: false, fields: Object.keys(some), values: some, ...more });
export const joined = (hubspotId: string, seconds: number): Story['memberships'][number] => ({ segmentId: '1', hubspotId, change: 'joined', at: at(seconds) });

export const run = (more: Partial<WorkflowFacts> = {}): WorkflowFacts =>
  ({ workflowId: 'contact/soak/51', runId: 'r', type: 'contactSync', status: 'RUNNING', failedTasks: [], taskAttempt: 1, retrying: [], ...more });

const soak: Story = {
  contacts: [{
    person: 0, hubspotId: '51', records: [lead], synced: true, converted: null, status: 'in-sync', reason: '',
    seed: { hubspot: values({ jobtitle: 'Title 1' }), salesforce: values({ jobtitle: 'Title 1' }) },
    edits: [{ n: 0, side: 'hubspot', at: { sent: at(10), done: at(10) + 10 }, values: { jobtitle: 'Title 2' } }],
    final: { hubspot: values({ jobtitle: 'Title 2' }), salesforce: values({ jobtitle: 'Title 2' }) },
  }],
  memberships: [joined('51', -100)],
  selections: [{ segmentId: '1', at: { sent: at(0), done: at(0) } }],
  writes: [write(11, 'salesforce', lead, { jobtitle: 'Title 2' })],
  callsInWatch: 0, watched: { from: at(100), until: at(130) }, lateMs: 20_000,
};

/** A run in which one edit came over and nobody has a role: nothing is wrong with it. */
export function story({ soak: soaked = {}, cast = [], end, ...more }: Partial<Omit<ChaosStory, 'soak'>> & { soak?: Partial<Story> } = {}): ChaosStory {
  return { soak: { ...soak, ...soaked }, cast, end: end ?? ends(cast), workflows: [run()], troubles: [], leaks: [], deaths: [], cameToRest: true, ...more };
}

/** The end as the roles want it, and the one ordinary pair. */
function ends(cast: readonly PersonaStory[]): End {
  const end: End = { contacts: [contact('51', 'person0@soak.example')], records: [record(lead, 'person0@soak.example', '51')] };
  for (const persona of cast) {
    const { contacts, records } = expected(persona);
    end.contacts.push(...contacts);
    end.records.push(...records);
  }
  return end;
}

export const contact = (id: string, email: string, some: Values = {}): End['contacts'][number] => ({ id, email, values: values(some) });
export const record = (id: string, email: string, externalId: string | null, some: Values = {}): End['records'][number] => ({ id, email, externalId, converted: false, values: values(some) });

const last = { jobtitle: 'Last title' };
export const [a, b] = ['a@soak.example', 'b@soak.example'] as const;
export const [recordA, recordB] = ['00Q00000000000AAAA', '00Q00000000000BAAA'] as const;

/** Somebody with a role that all went well with. */
export function persona(role: PersonaStory['role'], more: Partial<PersonaStory> = {}): PersonaStory {
  const two = role === 'merged in HubSpot' || role === 'merged in Salesforce';
  const status: Partial<Record<PersonaStory['role'], string[]>> = { 'merged in Salesforce': ['in-sync', 'needs-review'], 'deleted in HubSpot': ['deleted'], 'deleted in Salesforce': ['deleted'], imported: ['email-only'], 'new in Salesforce': ['outside-segment'] };
  return {
    role, contacts: two ? ['61', '62'] : ['61'], survivor: role === 'merged in HubSpot' ? '63' : null, records: two ? [recordA, recordB] : [recordA], emails: two ? [a, b] : [a],
    joined: false, lastEdit: { side: 'salesforce', jobtitle: last.jobtitle }, known: { jobtitle: [last.jobtitle] }, synced: true, statuses: status[role] ?? ['in-sync'], reasons: [], ...more,
  };
}

function expected({ role, joined: isIn }: PersonaStory): End {
  switch (role) {
    case 'merged in HubSpot': return { contacts: [contact('63', a, last)], records: [record(recordA, a, '63', last), record(recordB, b, '62')] };
    case 'merged in Salesforce': return { contacts: [contact('61', a, last), contact('62', b)], records: [record(recordA, a, '61', last)] };
    case 'deleted in HubSpot': return { contacts: [], records: [record(recordA, a, '61', last)] };
    case 'deleted in Salesforce': return { contacts: [contact('61', a, last)], records: [] };
    case 'restored in HubSpot': case 'restored in Salesforce': case 'new in HubSpot': return { contacts: [contact('61', a, last)], records: [record(recordA, a, '61', last)] };
    case 'new in Salesforce': case 'imported':
      return isIn ? { contacts: [contact('61', a, last)], records: [record(recordA, a, '61', last)] } : { contacts: [contact('61', a)], records: [record(recordA, a, null, last)] };
  }
}
