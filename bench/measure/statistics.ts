/** The value that so large a part (0.95: p95) of the sorted or unsorted values does not exceed; NaN of none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
}

/** To so many digits behind the point, as JSON shall have it. */
export const round = (value: number, digits = 4): number => Number(value.toFixed(digits));
