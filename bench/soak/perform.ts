import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { control, hubspotApi } from './crms.ts';
import { persistently } from './persistently.ts';
import { groupProperty, inSalesforce } from './fields.ts';
import type { Deed, EditDeed } from './plan.ts';
import { criteria, type Stage } from './stage.ts';
import type { Edit, Moment, Story } from './story.ts';

/** What was done, with its times. */
export interface Performed {
  edits: Map<number, Edit[]>;
  converted: Map<number, { at: Moment; contact: string }>;
  selections: Story['selections'];
  counts: Record<string, number>;
  startedAt: number;
  endedAt: number;
  /** How far the last deed was behind its time, in ms. */
  behind: number;
}

const contactAnswer = z.looseObject({ contactId: z.string() });

/** Does everything in its order, each not before its time. Selections do not keep the others waiting. */
export async function perform(stage: Stage, deeds: readonly Deed[], tell: (line: string) => void): Promise<Performed> {
  const { urls, sluice, segments, ids } = stage;
  const startedAt = Date.now();
  const done: Performed = { edits: new Map(), converted: new Map(), selections: [{ segmentId: segments.first, at: { sent: startedAt, done: startedAt } }], counts: {}, startedAt, endedAt: 0, behind: 0 };
  let selecting = Promise.resolve();
  let n = 0;
  const timed = async <T>(act: () => Promise<T>): Promise<Moment & { answer: T }> => {
    const sent = Date.now();
    const answer = await act();
    return { sent, done: Date.now(), answer };
  };
  const select = async (segmentId: string): Promise<void> => {
    const { answer: _, ...at } = await timed(() => persistently(() => sluice.selectSegment(segmentId)));
    done.selections.push({ segmentId, at });
  };
  const edit = async (deed: EditDeed): Promise<void> => {
    const id = ids[deed.person] ?? { hubspotId: '', record: '' };
    const record = done.converted.get(deed.person)?.contact ?? id.record;
    const { answer: _, ...at } = await timed(() => (deed.side === 'hubspot'
      ? control(z.unknown(), urls.hubspot, 'edit', { id: id.hubspotId, properties: { ...deed.values, ...(deed.group !== undefined && { [groupProperty]: deed.group }) } })
      : control(z.unknown(), urls.salesforce, 'edit', { id: record, fields: inSalesforce(record, deed.values) })));
    const values = Object.fromEntries(Object.entries(deed.values).map(([property, value]) => [property, value === '' ? null : value]));
    done.edits.set(deed.person, [...done.edits.get(deed.person) ?? [], { n: n++, side: deed.side, at, values }]);
  };
  for (const [i, deed] of deeds.entries()) {
    const wait = startedAt + deed.at - Date.now();
    if (wait > 1) await sleep(wait);
    done.behind = Math.max(0, -wait);
    done.counts[deed.kind] = (done.counts[deed.kind] ?? 0) + 1;
    if ('side' in deed) await edit(deed);
    else switch (deed.kind) {
      case 'convert': {
        const { answer, ...at } = await timed(() => control(contactAnswer, urls.salesforce, 'convert', { leadId: ids[deed.person]?.record }));
        done.converted.set(deed.person, { at, contact: answer.contactId });
        break;
      }
      case 'criteria': await persistently(() => hubspotApi(z.unknown(), urls, 'PUT', `/crm/v3/lists/${segments.first}/update-list-filters`, { filterBranch: criteria(groupProperty, deed.groups) })); break;
      case 'select': selecting = selecting.then(() => select(segments[deed.segment])); break;
      case 'disconnect': await control(z.unknown(), urls.salesforce, 'cdc/disconnect', {}); break;
      case 'gap': await control(z.unknown(), urls.salesforce, 'cdc/gap', { object: i % 2 === 0 ? 'Lead' : 'Contact' }); break;
    }
    if (i % 500 === 499) tell(`${i + 1} of ${deeds.length} done${done.behind > 1_000 ? `, ${Math.round(done.behind / 1000)} s behind` : ''}`);
  }
  await selecting;
  done.endedAt = Date.now();
  return done;
}
