/**
 * Remembers the answer of `load` for `ms` milliseconds per key; calls that come together share one load, and a failure is not
 * remembered.
 */
export function remember<Key, Value>(ms: number, load: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const kept = new Map<Key, { until: number; value: Promise<Value> }>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined && Date.now() < known.until) return known.value;
    const value = load(key);
    const entry = { until: Date.now() + ms, value };
    kept.set(key, entry);
    value.catch(() => {
      if (kept.get(key) === entry) kept.delete(key);
    });
    return value;
  };
}
