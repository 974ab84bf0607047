import { fields, type Side } from './fields.ts';
import { clock, writesByContact, type ContactStory, type Story, type Violation, type Write } from './story.ts';

/** Once all is quiet, nothing is written any more. */
export function checkQuiet({ writes, watched, callsInWatch }: Pick<Story, 'writes' | 'watched' | 'callsInWatch'>): Violation[] {
  const late = writes.filter(({ at }) => at >= watched.from && at <= watched.until);
  const violations = late.map(({ side, at, id, values }): Violation => ({ invariant: 'a write after the last needed one', hubspotId: id, what: `${clock(at)} ${side} ${id}: ${JSON.stringify(values)}` }));
  // A write that changes no value is in no log.
  if (late.length === 0 && callsInWatch > 0) violations.push({ invariant: 'a write after the last needed one', hubspotId: '', what: `${callsInWatch} calls that write, though no value changed` });
  return violations;
}

/** Nobody needs a person at the end. */
export function checkStatuses({ contacts }: Pick<Story, 'contacts'>): Violation[] {
  return contacts.filter(({ status }) => status === 'error' || status === 'needs-review')
    .map(({ hubspotId, status, reason }) => ({ invariant: `a contact in ${status ?? ''}`, hubspotId, what: reason }));
}

export interface Counted {
  made: Record<Side, number>;
  /** At least one write where a side ends with what people did not leave there; at most one for each edit, join and conversion. */
  least: Record<Side, number>;
  most: Record<Side, number>;
  /** Writes that changed nothing: a batch is sent again where one of its calls failed. */
  repeated: number;
  violations: Violation[];
}

/** The writes that were made beside those that were needed. */
export function countWrites(story: Story): Counted {
  const counted: Counted = { made: zero(), least: zero(), most: zero(), repeated: 0, violations: [] };
  const byContact = writesByContact(story);
  for (const contact of story.contacts) {
    const all = byContact.get(contact.hubspotId) ?? [];
    // In HubSpot one without values says which record it is linked to.
    const writes = all.filter(({ side, values, claim }) => side === 'hubspot' || claim || Object.keys(values).length > 0);
    counted.repeated += all.length - writes.length;
    for (const side of ['hubspot', 'salesforce'] as const) {
      const made = writes.filter((write) => write.side === side).length;
      const most = mostNeeded(contact, side);
      counted.made[side] += made;
      counted.least[side] += mustHave(contact, side, writes) ? 1 : 0;
      counted.most[side] += most;
      if (made > most) counted.violations.push({ invariant: 'more writes than edits', hubspotId: contact.hubspotId, what: `${made} writes in ${side} for at most ${most}: ${writes.map((w) => `${clock(w.at)} ${w.side} ${JSON.stringify(w.values)}`).join('; ')}` });
    }
  }
  return counted;
}

const zero = (): Record<Side, number> => ({ hubspot: 0, salesforce: 0 });

/** An edit asks for one write on the other side; one in HubSpot that Salesforce's value overrules for one back. A first sync and a conversion ask for one on each. */
function mostNeeded({ edits, converted, synced }: ContactStory, side: Side): number {
  const asks = ({ side: edited, values }: ContactStory['edits'][number]): boolean => fields.some(({ hubspot, rule }) =>
    hubspot in values && rule !== 'none' && (edited !== side || (side === 'hubspot' && rule !== 'two-way')));
  return edits.filter(asks).length + (converted === null ? 0 : 1) + (synced ? 0 : 1);
}

function mustHave({ edits, seed, final, records, converted }: ContactStory, side: Side, writes: readonly Write[]): boolean {
  if (converted !== null && side === 'salesforce' && writes.some(({ id, claim }) => claim && id === records.at(-1))) return true;
  return fields.some(({ hubspot: name, rule }) => {
    const own = edits.filter((edit) => edit.side === side && name in edit.values).at(-1)?.values ?? seed[side];
    return rule !== 'none' && (own[name] ?? null) !== (final[side][name] ?? null);
  });
}
