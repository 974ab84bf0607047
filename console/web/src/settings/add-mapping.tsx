import { useState, type ReactNode } from 'react';
import type { MappingSeen, MappingsSeen } from '../../../../activities/looks/mappings.ts';
import type { Mapping } from '../../../../sync/mapping.ts';
import type { UpdateRule } from '../../../../sync/records.ts';
import { ask } from '../api.ts';
import { Fault, Warnings } from '../parts/notes.tsx';
import { useDoing } from '../use-asked.ts';
import { rules, ruleWords } from './rules.ts';
import { SampleValues } from './sample-values.tsx';

interface AddMappingProps {
  seen: MappingsSeen;
  busy: boolean;
  /** Whether it was saved. */
  onAdd: (mapping: Mapping) => Promise<boolean>;
}

/** A new mapping: checked against both accounts first, then saved. */
export function AddMapping({ seen, busy, onAdd }: AddMappingProps): ReactNode {
  const [open, setOpen] = useState(false);
  if (!open) return <p><button type="button" onClick={() => setOpen(true)}>+ Add a mapping</button></p>;
  return <NewMapping seen={seen} busy={busy} onCancel={() => setOpen(false)} onAdd={async (mapping) => { if (await onAdd(mapping)) setOpen(false); }} />;
}

function NewMapping({ seen, busy, onAdd, onCancel }: { seen: MappingsSeen; busy: boolean; onAdd: (mapping: Mapping) => Promise<void>; onCancel: () => void }): ReactNode {
  const free = seen.properties.filter(({ name }) => !seen.mappings.some(({ hubspot }) => hubspot === name));
  const [chosen, setChosen] = useState({ hubspot: free[0]?.name ?? '', lead: '', contact: '', rule: 'salesforce-unless-blank' as UpdateRule });
  const [tried, setTried] = useState<MappingSeen | null>(null);
  const { busy: trying, fault, run } = useDoing();
  const mapping: Mapping = { hubspot: chosen.hubspot, rule: chosen.rule, ...(chosen.lead !== '' && { lead: chosen.lead }), ...(chosen.contact !== '' && { contact: chosen.contact }) };
  const change = (part: Partial<typeof chosen>): void => {
    setTried(null);
    setChosen({ ...chosen, ...part });
  };
  const check = async (): Promise<void> => setTried((await run(() => ask<{ mappings: MappingSeen[] }>('POST', '/api/mappings/try', { mappings: [mapping] })))?.mappings[0] ?? null);
  const options = (all: readonly { name: string; label: string }[]): ReactNode => all.map(({ name, label }) => <option key={name} value={name}>{label} ({name})</option>);
  return (
    <form className="panel" aria-label="New mapping" onSubmit={(event) => { event.preventDefault(); void (tried === null ? check() : onAdd(mapping)); }}>
      <div className="row">
        <label>HubSpot property <select value={chosen.hubspot} onChange={(event) => change({ hubspot: event.target.value })}>{options(free)}</select></label>
        <label>Lead field <select value={chosen.lead} onChange={(event) => change({ lead: event.target.value })}><option value="">none</option>{options(seen.fields.Lead)}</select></label>
        <label>Contact field <select value={chosen.contact} onChange={(event) => change({ contact: event.target.value })}><option value="">none</option>{options(seen.fields.Contact)}</select></label>
        <label>Rule <select value={chosen.rule} onChange={(event) => change({ rule: event.target.value as UpdateRule })}>{rules.map((rule) => <option key={rule} value={rule}>{ruleWords[rule]}</option>)}</select></label>
      </div>
      <Fault>{fault}</Fault>
      {tried !== null && (
        <div role="status">
          {tried.remarks.length === 0 ? <p>The types go together, and both sides can be written.</p> : <Warnings sentences={tried.remarks} />}
          <SampleValues mapping={mapping} />
        </div>
      )}
      <div className="row">
        <button className="primary" disabled={busy || trying}>{tried === null ? 'Check it' : 'Save the mapping'}</button>
        <button type="button" onClick={onCancel}>Cancel</button>
      </div>
    </form>
  );
}
