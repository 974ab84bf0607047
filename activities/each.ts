/** Runs `work` over the items, a few at a time, in their order. */
export async function each<T>(items: readonly T[], work: (item: T) => Promise<void>, inFlight = 8): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, items.length) }, lane));
}
