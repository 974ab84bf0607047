import { fields } from '../soak/fields.ts';
import type { Violation } from '../soak/story.ts';
import type { ChaosStory, End, EndContact, EndRecord, PersonaStory } from './story.ts';

/** How each of the cast must end, by its role (behaviour: sections 2, 6 and 7). */
export function checkCast({ cast, end }: Pick<ChaosStory, 'cast' | 'end'>): Violation[] {
  return cast.flatMap((persona) => {
    const found = new Finding(persona, end);
    found.look();
    return found.violations;
  });
}

const say = (value: string | null | undefined): string => (value == null ? 'blank' : `"${value}"`);

class Finding {
  readonly violations: Violation[] = [];
  readonly #persona: PersonaStory;
  readonly #contacts: EndContact[];
  readonly #records: EndRecord[];

  constructor(persona: PersonaStory, end: End) {
    this.#persona = persona;
    const { emails, contacts, survivor, records } = persona;
    const ids = new Set([...contacts, ...(survivor === null ? [] : [survivor])]);
    this.#contacts = end.contacts.filter(({ id, email }) => ids.has(id) || emails.includes(email ?? ''));
    this.#records = end.records.filter(({ id, email, externalId }) => records.includes(id) || emails.includes(email ?? '') || ids.has(externalId ?? ''));
  }

  look(): void {
    const { role, contacts: [contact = '', loser = ''], survivor, records: [record = '', loserRecord = ''], joined } = this.#persona;
    switch (role) {
      case 'merged in HubSpot':
        this.#are([survivor ?? ''], [record, loserRecord]);
        return this.#inSync(survivor ?? '', record);
      case 'merged in Salesforce':
        this.#are([contact, loser], [record]);
        // The master belongs to another contact: a person must merge the contacts too.
        this.#status(1, ['needs-review']);
        return this.#inSync(contact, record);
      case 'deleted in HubSpot':
        this.#are([], [record]);
        return this.#status(0, ['deleted']);
      case 'deleted in Salesforce':
        this.#are([contact], []);
        return this.#status(0, ['deleted']);
      case 'restored in HubSpot': case 'restored in Salesforce': case 'new in HubSpot':
        this.#are([contact], [record]);
        return this.#inSync(contact, record);
      case 'new in Salesforce': case 'imported':
        this.#are([contact], [record]);
        if (joined) return this.#inSync(contact, record);
        this.#status(0, [role === 'imported' ? 'email-only' : 'outside-segment']);
        return role === 'imported' ? this.#emailOnly(contact, record) : this.#passed(contact, record);
    }
  }

  /** Exactly these are there, by id or by email. */
  #are(contacts: string[], records: string[]): void {
    for (const [crm, wanted, there] of [['HubSpot', contacts, this.#contacts], ['Salesforce', records, this.#records]] as const) {
      const ids = there.map(({ id }) => id);
      const missing = wanted.filter((id) => !ids.includes(id));
      const more = ids.filter((id) => !wanted.includes(id));
      if (missing.length > 0) this.#say('somebody is missing', `${crm} lacks ${missing.map((id) => (id === '' ? 'whom the product had to create' : id)).join(', ')}`);
      if (more.length > 0) this.#say('somebody is there who must not be', `${crm} has ${more.join(', ')}`);
    }
    for (const { id, values } of [...this.#contacts, ...this.#records]) {
      for (const [name, value] of Object.entries(values)) if (value !== null && !(this.#persona.known[name] ?? []).includes(value)) this.#say('a value that nobody wrote', `${name} of ${id} is ${say(value)}`);
    }
  }

  /** The pair is linked and agrees, and the last edit stands on both sides. */
  #inSync(contactId: string, recordId: string): void {
    const contact = this.#contacts.find(({ id }) => id === contactId);
    const record = this.#records.find(({ id }) => id === recordId);
    if (contact === undefined || record === undefined) return; // was told
    this.#status(0, ['in-sync']);
    if (record.externalId !== contactId) this.#say('a record without its contact\'s id', `${recordId} has ${say(record.externalId)} instead of ${contactId}`);
    for (const { hubspot: name, rule } of fields) {
      const [h, s] = [contact.values[name] ?? null, record.values[name] ?? null];
      if (h === s || rule === 'none' || (rule === 'always-salesforce' && s === null)) continue;
      this.#say('a member whose sides differ', `${name} is ${say(h)} in HubSpot, ${say(s)} in Salesforce (${rule})`);
    }
    const { lastEdit } = this.#persona;
    if (lastEdit !== null && contact.values['jobtitle'] !== lastEdit.jobtitle) this.#say('the last edit does not stand on both sides', `jobtitle is ${say(contact.values['jobtitle'])} instead of ${say(lastEdit.jobtitle)}, set in ${lastEdit.side}`);
  }

  /** Imported and not admitted: the email alone has come over. */
  #emailOnly(contactId: string, recordId: string): void {
    this.#unclaimed(recordId);
    const contact = this.#contacts.find(({ id }) => id === contactId);
    for (const [name, value] of Object.entries(contact?.values ?? {})) if (value !== null) this.#say('an imported contact filled though it is outside the segment', `${name} is ${say(value)}`);
  }

  /** Created past the gate: the one pass brought all values, save for what was edited later. */
  #passed(contactId: string, recordId: string): void {
    this.#unclaimed(recordId);
    const contact = this.#contacts.find(({ id }) => id === contactId);
    const record = this.#records.find(({ id }) => id === recordId);
    if (contact === undefined || record === undefined) return; // was told
    for (const { hubspot: name, rule } of fields) {
      const [h, s] = [contact.values[name] ?? null, record.values[name] ?? null];
      if (rule !== 'none' && name !== 'jobtitle' && h !== s) this.#say('a pass that did not bring all values', `${name} is ${say(h)} in HubSpot, ${say(s)} in Salesforce`);
    }
  }

  #unclaimed(recordId: string): void {
    const record = this.#records.find(({ id }) => id === recordId);
    if (record !== undefined && record.externalId !== null) this.#say('a record linked though its contact is outside the segment', `${recordId} has ${say(record.externalId)}`);
  }

  #status(place: number, wanted: string[]): void {
    const status = this.#persona.statuses[place] ?? null;
    if (!wanted.includes(status ?? '')) this.#say('another status than its role explains', `it is ${status ?? 'without a workflow'} instead of ${wanted.join(' or ')}: ${this.#persona.reasons[place] ?? ''}`);
  }

  #say(invariant: string, what: string): void {
    const { role, contacts, survivor, records, emails } = this.#persona;
    this.violations.push({ invariant, hubspotId: survivor ?? contacts[0] ?? '', what: `${role}, ${emails.join(' and ')}, records ${records.join(' and ')}: ${what}` });
  }
}
