/** Does `act` for each number below `count`, so many at a time. */
export async function inLanes(count: number, lanes: number, act: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) await act(n);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
