/** The decision table as the specification prints it, read by pattern: an oracle that shares nothing with the code. */
import type { UpdateRule } from '../../sync/records.ts';

const printed = `
| 1 | ∅ | ∅ | none | - | - | - |
| 2 | x | ∅ | none | S:=x | - | S:=x |
| 3 | ∅ | x | none | H:=x | H:=x | H:=x |
| 4 | x | x | none | - | - | - |
| 5 | x | y | none | H:=y | H:=y | newest, else H:=y |
| 6 | ∅ | ∅ | ∅ | - | - | - |
| 7 | x | ∅ | ∅ | S:=x | - | S:=x |
| 8 | ∅ | x | ∅ | H:=x | H:=x | H:=x |
| 9 | x | x | ∅ | - | - | - |
| 10 | x | y | ∅ | H:=y | H:=y | newest, else H:=y |
| 11 | x | x | x | - | - | - |
| 12 | x | ∅ | x | H:=∅ | H:=∅ | H:=∅ |
| 13 | ∅ | x | x | H:=x | H:=x | S:=∅ |
| 14 | ∅ | ∅ | x | - | - | - |
| 15 | y | x | x | H:=x | H:=x | S:=y |
| 16 | x | y | x | H:=y | H:=y | H:=y |
| 17 | y | y | x | - | - | - |
| 18 | y | ∅ | x | S:=y | H:=∅ | newest, else H:=∅ |
| 19 | ∅ | y | x | H:=y | H:=y | newest, else H:=y |
| 20 | y | z | x | H:=z | H:=z | newest, else H:=z |`;

export interface Printed {
  row: number;
  h: string;
  s: string;
  base: string;
  cells: Record<UpdateRule, string>;
}

export const printedRows: Printed[] = printed.trim().split('\n').map((line) => {
  const [row = '', h = '', s = '', base = '', unlessBlank = '', always = '', twoWay = ''] = line.split('|').slice(1, -1).map((cell) => cell.trim());
  return { row: Number(row), h, s, base, cells: { 'salesforce-unless-blank': unlessBlank, 'always-salesforce': always, 'two-way': twoWay, none: '-' } };
});

/** A pattern letter's value: blank, none, or the value bound to it. */
export const bound = (letter: string, values: Record<string, string>): string | null | undefined =>
  (letter === 'none' ? undefined : letter === '∅' ? null : values[letter]);

/** What the printed table writes: nothing, or one side and its new value. */
export function expected(line: Printed, rule: UpdateRule, values: Record<string, string>, hubspotNewer: boolean): { side: 'hubspot' | 'salesforce'; value: string | null } | null {
  const cell = line.cells[rule];
  if (cell === '-') return null;
  if (cell.startsWith('newest') && hubspotNewer) return { side: 'salesforce', value: bound(line.h, values) ?? null };
  const [, side, letter = ''] = /([HS]):=(.)$/u.exec(cell) ?? [];
  return { side: side === 'H' ? 'hubspot' : 'salesforce', value: bound(letter, values) ?? null };
}
