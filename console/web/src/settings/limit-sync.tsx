import { useState, type ReactNode } from 'react';
import type { Settings, SettingsNow } from '../../../../sync/settings.ts';
import type { SegmentEntry } from '../../../../workflows/messages/connection.ts';
import { ask } from '../api.ts';
import { Dropdown, type DropdownOption } from '../parts/dropdown.tsx';
import { Fault, Waiting, Warnings } from '../parts/notes.tsx';
import { counted, when } from '../parts/words.ts';
import { Link } from '../router.tsx';
import { useAsked, useDoing } from '../use-asked.ts';
import { AfterChoice } from './after-choice.tsx';
import { Compare } from './compare.tsx';

export interface Choice {
  settings: SettingsNow;
  before: Settings['segment'];
}

const everybody = 'everybody';

/** Which contacts sync: the inclusion segment. A choice is saved at once, as in HubSpot. */
export function LimitSync(): ReactNode {
  const connection = useAsked<{ settings: SettingsNow }>('/api/connection');
  const segments = useAsked<{ segments: SegmentEntry[]; hubspot: string | null }>('/api/segments');
  const { busy, fault, run } = useDoing();
  const [choice, setChoice] = useState<Choice | null>(null);
  const [comparing, setComparing] = useState(false);
  const settings = choice?.settings ?? connection.value?.settings ?? null;

  const choose = async (value: string): Promise<void> => {
    setChoice(null);
    const made = await run(() => (value === everybody ? ask<Choice>('DELETE', '/api/connection/segment') : ask<Choice>('PUT', '/api/connection/segment', { segmentId: value })));
    connection.again();
    segments.again();
    if (made !== null) setChoice(made);
  };

  return (
    <section aria-labelledby="limit-sync">
      <h2 id="limit-sync">Limit sync</h2>
      <p>Only contacts in the inclusion segment sync between HubSpot and Salesforce, in both directions. Without one, every contact does.</p>
      <Fault>{connection.fault ?? segments.fault}</Fault>
      {settings !== null && segments.value !== null ? (
        <>
          <div className="row">
            <Dropdown label="Inclusion list" disabled={busy} value={settings.segment?.id ?? everybody} options={optionsOf(segments.value.segments, settings)} onChoose={(value) => void choose(value)} onOpen={segments.again} />
            <button type="button" aria-expanded={comparing} onClick={() => setComparing(!comparing)}>Compare...</button>
          </div>
          <p className="hint">Only active segments are here. A static segment cannot be chosen: nobody would join or leave it as contacts come to meet your criteria or no longer do.</p>
          <p>
            <Link to="/segments/new" className="add">+ Create inclusion list</Link>
            {segments.value.hubspot !== null && <> or <a href={segments.value.hubspot} rel="noreferrer">in HubSpot's own editor</a></>}
          </p>
          {busy && <Waiting>Saving...</Waiting>}
          <Fault>{fault}</Fault>
          {choice !== null && <AfterChoice key={choice.settings.version} choice={choice} undo={() => void choose(choice.before?.id ?? everybody)} />}
          {choice === null && <InForce settings={settings} />}
          {comparing && <Compare segments={segments.value.segments} />}
        </>
      ) : connection.fault === null && segments.fault === null && <Waiting />}
    </section>
  );
}

function InForce({ settings: { segment, checkedAt } }: { settings: SettingsNow }): ReactNode {
  if (segment === null) return checkedAt === null ? null : <p>No segment is set: every contact syncs on its next trigger.</p>;
  return (
    <>
      <p>Chosen {when(segment.selectedAt)}{segment.selectedBy === null ? '' : ` by ${segment.selectedBy}`}.</p>
      <Fault>{segment.unusable}</Fault>
      <Warnings sentences={segment.warnings} />
    </>
  );
}

function optionsOf(segments: readonly SegmentEntry[], { segment }: SettingsNow): DropdownOption[] {
  const options = segments.map(({ id, name, size, processing }): DropdownOption => ({
    value: id, label: name, note: `${size === null ? '' : counted(size, 'contact')}${processing ? ', still processing' : ''}`,
  }));
  // One that was deleted or made static is in force all the same, and lets nobody through.
  const gone = segment !== null && !segments.some(({ id }) => id === segment.id) ? [{ value: segment.id, label: segment.name, note: 'cannot be used any more' }] : [];
  return [{ value: everybody, label: 'All contacts (no segment)' }, ...gone, ...options];
}

