import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { control } from '../soak/crms.ts';
import { request } from '../../demo/http.ts';
import { groupProperty, inSalesforce, secondProperty, type Side } from '../soak/fields.ts';
import { persistently } from '../soak/persistently.ts';
import type { ChaosPlan } from './plan.ts';
import type { Persona } from './plan-cast.ts';
import { createRecord, type ChaosStage } from './stage.ts';

/** What was done with one of the cast. */
export interface Played {
  persona: Persona;
  contacts: string[];
  survivor: string | null;
  records: string[];
  joined: boolean;
  lastEdit: { side: Side; jobtitle: string } | null;
}

const made = z.looseObject({ id: z.string() });
const member = { [groupProperty]: 'in', [secondProperty]: 'yes' };

/** Everybody of the cast plays their role, each by itself, and the imports are started. Counts what was done. */
export async function play(stage: ChaosStage, plan: ChaosPlan, counts: Record<string, number>): Promise<Played[]> {
  const startedAt = Date.now();
  const at = async (ms: number): Promise<void> => { await sleep(Math.max(0, startedAt + ms - Date.now())); };
  const count = (what: string): void => { counts[what] = (counts[what] ?? 0) + 1; };
  const imports = plan.imports.map(async ({ at: ms, batch }) => {
    await at(ms);
    await persistently(() => stage.sluice.startImport({ label: `batch${batch}`, object: 'both', where: `Email LIKE 'imported%.batch${batch}@chaos.example'` }));
    count('import');
  });
  const [played] = await Promise.all([Promise.all(plan.cast.map((persona) => new Part(stage, persona, at, startedAt + plan.length, count).play())), Promise.all(imports)]);
  return played;
}

class Part {
  readonly #stage: ChaosStage;
  readonly #persona: Persona;
  readonly #at: (ms: number) => Promise<void>;
  readonly #until: number;
  readonly #count: (what: string) => void;

  constructor(stage: ChaosStage, persona: Persona, at: (ms: number) => Promise<void>, until: number, count: (what: string) => void) {
    this.#stage = stage;
    this.#persona = persona;
    this.#at = at;
    this.#until = until;
    this.#count = count;
  }

  async play(): Promise<Played> {
    const persona = this.#persona;
    const pairs = persona.people.map((person) => this.#stage.ids[person] ?? { hubspotId: '', record: '' });
    const played: Played = { persona, contacts: pairs.map(({ hubspotId }) => hubspotId), survivor: null, records: pairs.map(({ record }) => record), joined: false, lastEdit: null };
    const sleeper = this.#stage.sleepers.get(persona);
    if (sleeper !== undefined) played.records = [sleeper];
    if (persona.people.length > 0) {
      await this.#at(persona.first.at);
      await this.#edit(played, persona.first.side, { phone: persona.first.phone });
    }
    await this.#at(persona.fate);
    await this.#meetFate(played);
    if (persona.later !== null) {
      await this.#at(persona.later);
      await this.#goOn(played);
    }
    await this.#at(persona.last.at);
    await this.#edit(played, persona.last.side, { jobtitle: persona.last.jobtitle });
    played.lastEdit = { side: persona.last.side, jobtitle: persona.last.jobtitle };
    return played;
  }

  async #edit({ contacts, survivor, records }: Played, side: Side, values: Record<string, string>): Promise<void> {
    const { urls } = this.#stage;
    const [record = ''] = records;
    if (side === 'hubspot') await control(z.unknown(), urls.hubspot, 'edit', { id: survivor ?? contacts[0], properties: values });
    else await control(z.unknown(), urls.salesforce, 'edit', { id: record, fields: inSalesforce(record, values) });
    this.#count('edit of the cast');
  }

  async #meetFate(played: Played): Promise<void> {
    const { hubspot, salesforce } = this.#stage.urls;
    const { role, email, values } = this.#persona;
    const [contact, otherContact] = played.contacts;
    const [record, otherRecord] = played.records;
    switch (role) {
      case 'merged in HubSpot': played.survivor = (await control(made, hubspot, 'merge', { primary: contact, loser: otherContact })).id; break;
      case 'merged in Salesforce': await control(z.unknown(), salesforce, 'merge', { master: record, losers: [otherRecord] }); break;
      case 'deleted in HubSpot': case 'restored in HubSpot': await control(z.unknown(), hubspot, 'delete', { id: contact }); break;
      case 'deleted in Salesforce': case 'restored in Salesforce': await control(z.unknown(), salesforce, 'delete', { id: record }); break;
      case 'new in HubSpot': {
        const [lastname] = email.split('@');
        played.contacts = [(await control(made, hubspot, 'create', { properties: { email, lastname, company: 'Chaos', ...values, ...member } })).id];
        break;
      }
      case 'new in Salesforce': played.records = [await createRecord(this.#stage.urls, this.#persona)]; break;
      case 'imported': return; // its batch has a time of its own
    }
    this.#count(role.startsWith('restored') ? role.replace('restored', 'deleted') : role);
  }

  async #goOn(played: Played): Promise<void> {
    const { hubspot, salesforce } = this.#stage.urls;
    if (this.#persona.role === 'restored in HubSpot') await control(z.unknown(), hubspot, 'undelete', { id: played.contacts[0] });
    else if (this.#persona.role === 'restored in Salesforce') await control(z.unknown(), salesforce, 'undelete', { id: played.records[0] });
    else {
      const id = await this.#idByEmail();
      if (id === null) return;
      await control(z.unknown(), hubspot, 'edit', { id, properties: member });
      played.contacts = [id];
      played.joined = true;
    }
    this.#count(played.joined ? 'join of the cast' : this.#persona.role);
  }

  /** Which contact the product has made, as soon as it has; null where it has not by the end. */
  async #idByEmail(): Promise<string | null> {
    for (; Date.now() < this.#until; await sleep(500)) {
      const path = `/crm/v3/objects/contacts/${encodeURIComponent(this.#persona.email)}?idProperty=email`;
      const found = await request(made, `${this.#stage.urls.hubspot}${path}`, { token: 'pat-sandbox' }).catch(() => null);
      if (found !== null) return found.id;
    }
    return null;
  }
}
