import type { Pair } from './plan.ts';
import type { PairReading } from './pair.ts';
import type { FieldReading, Side } from './records.ts';

/** A side's value: without its text where that is the key, which then stands alone; absent where it is blank. */
type ToldSide = string | (Pick<Side, 'key'> & Partial<Side>);

/** A field without what most fields have: see {@link usual}. `both` where the sides hold the same. */
type ToldField = Pick<FieldReading, 'hubspot' | 'salesforce' | 'rule'> & Partial<typeof usual> & { both?: ToldSide; h?: ToldSide; s?: ToldSide };

/** A reading as it goes through the histories of Temporal, which keep each for weeks: half as long, and still to be read by people. */
export type ToldReading = Exclude<PairReading, { kind: 'pair' }> | (Omit<Pair, 'fields'> & { fields: ToldField[] });

/** Never to be changed: what was told before is heard by it. */
const usual: Pick<FieldReading, 'treatment' | 'direction' | 'hubspotChangedAt'> = { treatment: 'ordinary', direction: 'both', hubspotChangedAt: null };
const blank: Side = { key: null, text: null };

/** Leaves out what `hear` fills in again. */
export const tellReading = (reading: PairReading): ToldReading => (reading.kind === 'pair' ? { ...reading, fields: reading.fields.map(tellField) } : reading);

/** The reading that was told; one that an older version recorded whole stays as it is. */
export const hearReading = (told: ToldReading): PairReading => (told.kind === 'pair' ? { ...told, fields: told.fields.map(hearField) } : told);

function tellField({ hubspot, salesforce, rule, treatment, direction, h, s, hubspotChangedAt }: FieldReading): ToldField {
  const [toldH, toldS] = [tellSide(h), tellSide(s)];
  const same = JSON.stringify(toldH) === JSON.stringify(toldS);
  return {
    hubspot, salesforce, rule, ...(treatment !== usual.treatment && { treatment }), ...(direction !== usual.direction && { direction }), ...(hubspotChangedAt !== usual.hubspotChangedAt && { hubspotChangedAt }),
    ...(toldH !== undefined && (same ? { both: toldH } : { h: toldH })), ...(toldS !== undefined && !same && { s: toldS }),
  };
}

const hearField = ({ both, h = both, s = both, ...field }: ToldField): FieldReading => ({ ...usual, ...field, h: hearSide(h), s: hearSide(s) });

function tellSide({ key, text, write, problem }: Side): ToldSide | undefined {
  const more = { ...(write !== undefined && { write }), ...(problem !== undefined && { problem }) };
  const bare = Object.keys(more).length === 0;
  if (key === text) return bare ? key ?? undefined : { key, ...more };
  return { key, text, ...more };
}

function hearSide(told: ToldSide | undefined): Side {
  if (told === undefined) return blank;
  return typeof told === 'string' ? { key: told, text: told } : { text: told.key, ...told };
}
