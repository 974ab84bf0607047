const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
// In ASCII order, so that ids of one object sort by age, as the keyset pages of clients expect.
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The 18-character form of a 15-character id: per five characters one of `A-Z0-5`, bit i set where character i is upper case. */
export function to18(id15: string): string {
  let suffix = '';
  for (let chunk = 0; chunk < 3; chunk += 1) {
    let bits = 0;
    for (let i = 0; i < 5; i += 1) {
      const character = id15[chunk * 5 + i] ?? '';
      if (character >= 'A' && character <= 'Z') bits |= 1 << i;
    }
    suffix += SUFFIX[bits] ?? 'A';
  }
  return id15 + suffix;
}

/** An id as stored: 15 characters get their suffix; 18 in any case are brought back to the right one by theirs. Undefined if it is no id. */
export function normalId(text: string): string | undefined {
  if (/^[0-9A-Za-z]{15}$/.test(text)) return to18(text);
  if (!/^[0-9A-Za-z]{15}[A-Za-z0-5]{3}$/.test(text)) return undefined;
  let id = '';
  for (let at = 0; at < 15; at += 1) {
    const character = text[at] ?? '';
    const bits = SUFFIX.indexOf((text[15 + Math.floor(at / 5)] ?? '').toUpperCase());
    id += bits & (1 << at % 5) ? character.toUpperCase() : character.toLowerCase();
  }
  return to18(id);
}

/** The n-th id of a key prefix such as `00Q`, in 18 characters. */
export function numberedId(prefix: string, instance: string, n: number): string {
  let rest = '';
  for (let left = n; left > 0; left = Math.floor(left / 62)) rest = (DIGITS[left % 62] ?? '0') + rest;
  const head = prefix + instance;
  return to18(head + rest.padStart(15 - head.length, '0'));
}
