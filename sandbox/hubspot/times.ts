/** A time as HubSpot writes it: ISO in UTC, without milliseconds where they are zero. */
export function hubspotTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** Reads what HubSpot takes for a datetime: epoch milliseconds or ISO. */
export function parseTime(value: string): number | undefined {
  if (/^-?\d{1,16}$/.test(value)) return Number(value);
  if (!/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : ms;
}
