/** How many random cases a property gets here: all of `n`, or the part that `SLUICE_TEST_CASES` asks for, as mutation testing does. */
export const cases = (n: number): number => Math.ceil(n * Number(process.env['SLUICE_TEST_CASES'] ?? 1));
