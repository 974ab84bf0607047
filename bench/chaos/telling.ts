import { fields } from '../soak/fields.ts';
import type { Stage } from '../soak/stage.ts';
import { patiently } from '../soak/telling.ts';
import type { ChaosPlan } from './plan.ts';
import type { Persona } from './plan-cast.ts';
import type { Played } from './play.ts';
import type { ChaosStage } from './stage.ts';
import type { End, PersonaStory } from './story.ts';

/** How it ended for the cast. `why` asks the product for its reasons. */
export async function tellCast({ sluice }: Stage, plan: ChaosPlan, played: readonly Played[], end: End, synced: ReadonlySet<string>, why: boolean): Promise<PersonaStory[]> {
  const listed = new Map((await sluice.listContacts({ limit: 100_000 })).contacts.map(({ hubspotId, status }) => [hubspotId, status]));
  return Promise.all(played.map(async ({ persona, contacts: known, survivor, records: made, joined, lastEdit }): Promise<PersonaStory> => {
    const emails = emailsOf(persona);
    // Whom the product has created is found by email.
    const contacts = known.length > 0 ? known : end.contacts.filter(({ email }) => emails.includes(email ?? '')).slice(0, 1).map(({ id }) => id);
    const records = made.length > 0 ? made : end.records.filter(({ email }) => emails.includes(email ?? '')).slice(0, 1).map(({ id }) => id);
    const asked = survivor === null ? contacts : [survivor];
    const statuses = asked.map((id) => listed.get(id) ?? null);
    const reasons = await Promise.all(asked.map(async (id, i) => (why && statuses[i] !== 'in-sync' && statuses[i] != null ? (await patiently(() => sluice.contact(id))).reason : '')));
    return { role: persona.role, contacts, survivor, records, emails, joined, lastEdit, known: valuesOf(plan, persona), synced: contacts.every((id) => synced.has(id)), statuses, reasons };
  }));
}

const emailsOf = ({ people, email }: Persona): string[] => (people.length > 0 ? people.map((person) => `person${person}@soak.example`) : [email]);

function valuesOf({ people }: ChaosPlan, persona: Persona): PersonaStory['known'] {
  const written = [persona.values, { phone: persona.first.phone, jobtitle: persona.last.jobtitle }, ...persona.people.flatMap((person) => Object.values(people[person]?.values ?? {}))];
  return Object.fromEntries(fields.map(({ hubspot }) => [hubspot, written.flatMap((values) => values[hubspot] || [])]));
}

/** What is wrong with the connection or its feeds, in the product's words; a workflow that does not answer is told with the reason. */
export async function troublesOf(stage: ChaosStage): Promise<string[]> {
  const asked = await Promise.allSettled([
    patiently(() => stage.sluice.health()).then(({ status, problems }) => [...(status === 'ready' ? [] : [`it is ${status}`]), ...problems]),
    ...(['hubspot', 'salesforce'] as const).map((crm) => patiently(() => stage.feed(crm)).then(({ trouble }) => (trouble === null ? [] : [`the feed of ${crm} at ${trouble.at}: ${trouble.what}`]))),
  ]);
  return asked.flatMap((one, i) => (one.status === 'fulfilled' ? one.value : [`${['the connection', 'the feed of hubspot', 'the feed of salesforce'][i]} does not answer: ${wordsOf(one.reason)}`]));
}

/** The innermost words: the client wraps what the server says. */
const wordsOf = (error: unknown): string => (error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error));
