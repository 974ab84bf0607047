import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';

/** What one run of the command line came to. */
export interface Run {
  code: number | null;
  output: string;
  errors: string;
  /** The answer of a `--json` run: the whole of stdout. */
  json: unknown;
}

const program = join(import.meta.dirname, '../../client/sluice.ts');

/** Runs `sluice` as a person does, in a process of its own. */
export function commandLine(env: NodeJS.ProcessEnv): (...args: string[]) => Promise<Run> {
  return (...args) => new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], { env, timeout: 120_000 }, (_, output, errors) => resolve({
      code: child.exitCode, output, errors,
      get json(): unknown {
        assert.notEqual(output, '', `sluice ${args.join(' ')} answered nothing: ${errors}`);
        return JSON.parse(output);
      },
    }));
  });
}

/** A failure is one sentence on stderr, nothing on stdout, and no stack trace. */
export function assertSentence(run: Run, sentence: RegExp, code = 1): void {
  assert.equal(run.code, code, run.output + run.errors);
  assert.match(run.errors, sentence);
  assert.equal(run.output, '');
  assert.doesNotMatch(run.errors, /\n\s+at /);
  if (code === 1) assert.equal(run.errors.trimEnd().split('\n').length, 1, run.errors);
}
