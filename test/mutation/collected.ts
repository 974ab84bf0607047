/** As much of `node:test` as the tests of `sync/` use: it collects them instead of running them. */
export interface Test {
  name: string;
  body: (context: { diagnostic: (message: string) => void }) => unknown;
}

let tests: Test[] = [];
let path: string[] = [];

/** The tests that a file declares when it is imported. */
export async function collected(load: () => Promise<unknown>): Promise<Test[]> {
  [tests, path] = [[], []];
  await load();
  return tests;
}

Object.assign(globalThis, {
  sluiceTests: {
    describe(name: string, body: () => void) {
      path.push(name);
      body();
      path.pop();
    },
    test(name: string, body: Test['body']) {
      tests.push({ name: [...path, name].join(' > '), body });
    },
  },
});

/** The source that stands for `node:test`. */
export const nodeTest = 'export const { describe, test } = globalThis.sluiceTests;';
