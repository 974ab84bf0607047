// Mutation testing of the rules (`npm run mutate`): each change that no test of `test/sync/` notices is listed.
import process from 'node:process';

// A mutant that survives costs all cases; a killed one falls within the first few, and what only many cases notice lacks a test of its own.
process.env.SLUICE_TEST_CASES ??= '0.01';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['sync/**/*.ts'],
  ignorePatterns: ['**', '!sync/**/*.ts', '!test/sync/*.ts', '!test/support/cases.ts'],
  plugins: ['./test/mutation/runner.ts'],
  testRunner: 'in-process',
  coverageAnalysis: 'perTest',
  incrementalFile: '.cache/mutation-incremental.json',
  // What was imported for a mutant stays in memory.
  maxTestRunnerReuse: 1000,
  tempDirName: '.cache/stryker',
  reporters: ['clear-text', 'json'],
  jsonReporter: { fileName: '.cache/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
  concurrency: 2,
};
