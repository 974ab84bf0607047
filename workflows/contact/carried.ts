import type { Base, SalesforceType } from '../../sync/records.ts';
import type { PastDecision } from '../messages.ts';
import { keep, tell } from './history.ts';
import { newContact, type ContactState, type Inbox } from './state.ts';

/** A contact's state as a run hands it to the next one: without what is as in a contact nobody has asked about. */
export type Carried = Partial<Omit<ContactState, 'inbox'>> & {
  inbox?: Partial<Inbox>;
  /** By type and then by property and field, such as `jobtitle Title`: what else stands once in `base` and once in `baseFields`. */
  agreed?: Partial<Record<SalesforceType, Base>>;
  /** The decisions as older versions carried them. */
  history?: PastDecision[];
};

/** What the next run is given. A default that is changed later changes it for whoever rests with it: give such a part another name. */
export function carry({ inbox, base, baseFields, ...rest }: ContactState): Carried {
  // No contact is as old as that: its own times are always carried.
  const usual = newContact('');
  const { agreed, ...apart } = joined(base, baseFields);
  return { ...unusual<Partial<ContactState>>({ ...rest, ...apart }, usual), ...unusual({ agreed, inbox: unusual(inbox, usual.inbox) }, { agreed: {}, inbox: {} }) };
}

/** The state that a run begins with. What older versions carried lacks what was added since. `now` is ISO 8601. */
export function takeUp({ agreed = {}, history = [], decisions, base, baseFields, inbox, ...carried }: Carried, now: string): ContactState {
  const fresh = newContact(now);
  const parted = Object.entries(agreed).flatMap(([type, fields]) => Object.entries(fields).map(([name, key]) => {
    const [property = '', field = ''] = name.split(' ');
    return { property, key, mappedTo: `${type}.${field}` };
  }));
  return {
    ...fresh, ...carried, inbox: { ...fresh.inbox, ...inbox },
    base: { ...Object.fromEntries(parted.map(({ property, key }) => [property, key])), ...base },
    baseFields: { ...Object.fromEntries(parted.map(({ property, mappedTo }) => [property, mappedTo])), ...baseFields },
    decisions: keep([...history, ...tell(decisions ?? fresh.decisions)]),
  };
}

/** The names of the base's fields beside their values; apart stays what is not of this form, or has a value or a field alone. */
function joined(base: Base, baseFields: Record<string, string>): { agreed: Partial<Record<SalesforceType, Base>>; base: Base; baseFields: Record<string, string> } {
  const apart = { base: { ...base }, baseFields: { ...baseFields } };
  const agreed: Record<SalesforceType, Base> = { Lead: {}, Contact: {} };
  for (const [property, key] of Object.entries(base)) {
    const [, type, field] = /^(Lead|Contact)\.(\S+)$/.exec(baseFields[property] ?? '') ?? [];
    if (type === undefined || property.includes(' ')) continue;
    agreed[type as SalesforceType][`${property} ${field}`] = key;
    delete apart.base[property];
    delete apart.baseFields[property];
  }
  return { agreed: unusual(agreed, { Lead: {}, Contact: {} }), ...apart };
}

const unusual = <Part extends object>(some: Part, usual: Part): Partial<Part> =>
  Object.fromEntries(Object.entries(some).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(usual[name as keyof Part]))) as Partial<Part>;
