import { useState, type ReactNode } from 'react';
import type { SettingsNow } from '../../../../sync/settings.ts';
import { ask } from '../api.ts';
import { Done, Fault, Waiting } from '../parts/notes.tsx';
import { useAsked, useDoing } from '../use-asked.ts';

type Part = Pick<SettingsNow, 'createAs' | 'contactForAccountDomain' | 'createInHubSpot' | 'deletes'>;

/** What is created and deleted by itself. */
export function CreationAndDeletion(): ReactNode {
  const { value, fault } = useAsked<{ settings: SettingsNow }>('/api/connection');
  return (
    <section aria-labelledby="creation">
      <h2 id="creation">Creation and deletion</h2>
      <Fault>{fault}</Fault>
      {value === null ? fault === null && <Waiting /> : <Form given={value.settings} />}
    </section>
  );
}

function Form({ given }: { given: Part }): ReactNode {
  const [part, setPart] = useState<Part>({ createAs: given.createAs, contactForAccountDomain: given.contactForAccountDomain, createInHubSpot: given.createInHubSpot, deletes: given.deletes });
  const [hours, setHours] = useState(String(given.deletes.graceHours));
  const [saved, setSaved] = useState(false);
  const { busy, fault, run } = useDoing();
  const change = (some: Partial<Part>): void => {
    setSaved(false);
    setPart({ ...part, ...some });
  };
  const save = async (): Promise<void> => {
    setSaved(false);
    const wanted = { ...part, deletes: { ...part.deletes, graceHours: hours.trim() === '' ? NaN : Number(hours) } };
    setSaved((await run(() => ask('PUT', '/api/connection/settings', wanted))) !== null);
  };
  const choice = <Value extends string>(legend: string, name: string, value: Value, options: readonly (readonly [Value, string])[], onChange: (value: Value) => void): ReactNode => (
    <fieldset className="panel">
      <legend>{legend}</legend>
      {options.map(([one, label]) => <p key={one}><label><input type="radio" name={name} checked={value === one} onChange={() => onChange(one)} /> {label}</label></p>)}
    </fieldset>
  );
  const deletes = [['do-nothing', 'Do nothing'], ['delete', 'Delete it there too, after the time of grace']] as const;
  return (
    <form onSubmit={(event) => { event.preventDefault(); void save(); }}>
      {choice('A contact that may sync and has no match becomes in Salesforce', 'createAs', part.createAs, [['Lead', 'a Lead'], ['Contact', 'a Contact'], ['never', 'nothing: it waits']], (createAs) => change({ createAs }))}
      <p><label><input type="checkbox" checked={part.contactForAccountDomain} onChange={(event) => change({ contactForAccountDomain: event.target.checked })} /> A contact whose email has the domain of exactly one Account becomes a Contact of that Account</label></p>
      {choice('A Lead or Contact without a match creates a contact in HubSpot, once, even outside the inclusion segment', 'createInHubSpot', part.createInHubSpot, [['never', 'never'], ['on-create', 'when it is created in Salesforce'], ['on-create-or-update', 'when it is created or updated in Salesforce']], (createInHubSpot) => change({ createInHubSpot }))}
      {choice('When the Salesforce record was deleted, the contact in HubSpot', 'inHubSpot', part.deletes.inHubSpot, deletes, (inHubSpot) => change({ deletes: { ...part.deletes, inHubSpot } }))}
      {choice('When the contact was deleted in HubSpot, the Salesforce record', 'inSalesforce', part.deletes.inSalesforce, deletes, (inSalesforce) => change({ deletes: { ...part.deletes, inSalesforce } }))}
      <p><label>Time of grace, in hours <input type="number" min={0} max={720} step="any" value={hours} onChange={(event) => { setSaved(false); setHours(event.target.value); }} /></label></p>
      <button className="primary" disabled={busy}>Save</button>
      {busy && <Waiting>Saving...</Waiting>}
      <Fault>{fault}</Fault>
      {saved && <Done><p>Saved. Nothing was written: it holds from the next sync on.</p></Done>}
    </form>
  );
}
