/** `1,234` */
export const count = (n: number): string => n.toLocaleString('en');

/** `1 contact`, `2 contacts` */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** `27 Nov 2026, 11:50:03` in the reader's own time. */
export const when = (iso: string): string => new Date(iso).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `1 min 20 s` */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const [large, small] = whole < 3_600 ? [`${Math.floor(whole / 60)} min`, `${whole % 60} s`] : [`${Math.floor(whole / 3_600)} h`, `${Math.floor((whole % 3_600) / 60)} min`];
  return small.startsWith('0 ') ? large : `${large} ${small}`;
}
