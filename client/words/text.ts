/** `2026-01-05T10:00:00.000Z` as people read it: `2026-01-05 10:00:00 UTC`. */
export const time = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;

/** Two columns, the first as wide as its longest name. */
export function rows(pairs: readonly (readonly [string, string])[], indent = '  '): string[] {
  const width = Math.max(0, ...pairs.map(([name]) => name.length)) + 2;
  return pairs.map(([name, value]) => `${indent}${name.padEnd(width)}${value}`);
}

/** A table with a head; a column is as wide as its longest cell. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)));
  return [head, ...lines].map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
