import { useState, type ReactNode } from 'react';
import type { MappingSeen } from '../../../../activities/looks/mappings.ts';
import type { UpdateRule } from '../../../../sync/records.ts';
import { rules, ruleWords } from './rules.ts';
import { SampleValues } from './sample-values.tsx';

export function MappingRow({ mapping, busy, onRule }: { mapping: MappingSeen; busy: boolean; onRule: (rule: UpdateRule) => void }): ReactNode {
  const [open, setOpen] = useState(false);
  const { hubspot, label, lead, contact, rule, remarks } = mapping;
  return (
    <tr>
      <th scope="row">{label}<small> {hubspot}</small></th><td>{lead ?? ''}</td><td>{contact ?? ''}</td>
      <td><select aria-label={`Rule of ${label}`} value={rule} disabled={busy} onChange={(event) => onRule(event.target.value as UpdateRule)}>{rules.map((one) => <option key={one} value={one}>{ruleWords[one]}</option>)}</select></td>
      <td>
        {remarks.length === 0 ? <span className="ok">Types go together</span> : <ul className="remarks">{remarks.map((remark) => <li key={remark}>{remark}</li>)}</ul>}
        {open ? <SampleValues mapping={mapping} /> : <button type="button" className="plain" aria-label={`Values of ${label}`} onClick={() => setOpen(true)}>Values</button>}
      </td>
    </tr>
  );
}
