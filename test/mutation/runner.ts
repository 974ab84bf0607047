/**
 * Stryker's test runner for `npm run mutate`: all within one process. A mutant costs the import of the rules and of the tests that
 * reach it, some 50 ms, where a process for each test file costs seconds.
 */
import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached, DryRunStatus, TestStatus, toMutantRunResult, type DryRunResult, type MutantRunOptions, type MutantRunResult, type TestResult, type TestRunner } from '@stryker-mutator/api/test-runner';
import type { InstrumenterContext } from '@stryker-mutator/api/core';
import * as fc from 'fast-check';
import { collected, nodeTest, type Test } from './collected.ts';
import { freshImports } from './fresh-imports.ts';

// The same cases in every run, and no search for the smallest: one failure is enough.
fc.configureGlobal({ seed: 1, endOnFailure: true });

const folder = 'test/sync';
const last = (file: string): number => (file.endsWith('.properties.test.ts') ? 1 : 0);
/** The tests of one file are one test to Stryker: a schema that the first has made is made no more in the second, so only the whole file reaches it. */
const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts')).sort((a, b) => last(a) - last(b) || (a < b ? -1 : 1)).map((name) => `${folder}/${name}`);

const stryker: InstrumenterContext = {};
Object.assign(globalThis, { __stryker__: stryker });

class InProcess implements TestRunner {
  #imports = freshImports({ 'node:test': nodeTest });

  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    registerHooks(this.#imports.hooks);
    return Promise.resolve();
  }

  async dryRun(): Promise<DryRunResult> {
    const tests: TestResult[] = [];
    for (const file of files) {
      stryker.currentTestId = file;
      tests.push(await this.#run(file));
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: stryker.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }: MutantRunOptions): Promise<MutantRunResult> {
    Object.assign(stryker, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit === undefined ? undefined : 0 });
    const tests: TestResult[] = [];
    for (const file of testFilter ?? files) {
      const test = await this.#run(file);
      const endless = determineHitLimitReached(stryker.hitCount, hitLimit);
      if (endless !== undefined) return toMutantRunResult(endless);
      tests.push(test);
      if (test.status === TestStatus.Failed) break;
    }
    return toMutantRunResult({ status: DryRunStatus.Complete, tests });
  }

  /** Ends at the first test that fails. */
  async #run(file: string): Promise<TestResult> {
    const began = performance.now();
    const told = (failure: string | null): TestResult => ({
      id: file, name: file, timeSpentMs: performance.now() - began, ...(failure === null ? { status: TestStatus.Success } : { status: TestStatus.Failed, failureMessage: failure }),
    });
    let running = 'loading';
    try {
      const tests: Test[] = await collected(() => this.#imports.import(file));
      for (const { name, body } of tests) {
        running = name;
        await body({ diagnostic: () => undefined });
      }
      return told(null);
    } catch (error) {
      return told(`${running}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcess)];
