import { execFile } from 'node:child_process';
import { z } from 'zod';
import { findTemporalProgram } from '../../worker/temporal/program.ts';
import type { Stack } from '../../worker/stack.ts';
import { cacheDir } from '../support/suite.ts';

/** What a run of the program printed; `code` 0 is success. */
interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** One argument of a start or message, as it is typed; with an encoding of its own, or the program's usual `json/plain`. */
export type Input = string | { file: string } | { text: string; encoding: string };

const queryAnswer = z.object({ queryResult: z.tuple([z.unknown()]) });
const updateAnswer = z.object({ result: z.unknown() });
const closed = z.object({
  status: z.string(),
  result: z.unknown().optional(),
  closeEvent: z.object({ workflowExecutionFailedEventAttributes: z.object({ failure: z.object({ message: z.string() }) }).optional() }),
});
const metadata = z.object({ queryResult: z.tuple([z.looseObject({ currentDetails: z.string() })]) });

/** The `temporal` program, as a person types it, against a stack's server. */
export async function temporalProgram(stack: Pick<Stack, 'env'>) {
  const program = await findTemporalProgram({ cacheDir });
  const run = (...args: string[]): Promise<Outcome> => new Promise((resolve) => {
    execFile(program, args, { env: stack.env, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout, stderr });
    });
  });
  const workflow = (command: string[], id: string, inputs: readonly Input[]) => run('workflow', ...command, '--workflow-id', id, '--output', 'json', ...inputs.flatMap(flags));
  const succeeded = async (outcome: Promise<Outcome>): Promise<string> => {
    const { code, stdout, stderr } = await outcome;
    if (code !== 0) throw new Error(stderr.trim() || `temporal ended with ${code}`);
    return stdout;
  };
  const start = async (type: string, id: string, inputs: readonly Input[], queue: string) => {
    await succeeded(workflow(['start', '--type', type, '--task-queue', queue], id, inputs));
  };
  /** How a run ended: its result, or the sentence it failed with. */
  const ended = async (id: string): Promise<{ status: string; result: unknown; message: string }> => {
    const { stdout, stderr } = await run('workflow', 'result', '--workflow-id', id, '--output', 'json');
    if (stdout.trim() === '') throw new Error(stderr);
    const { status, result, closeEvent } = closed.parse(JSON.parse(stdout));
    return { status, result, message: closeEvent.workflowExecutionFailedEventAttributes?.failure.message ?? '' };
  };
  return {
    run, ended,
    start: (type: string, id: string, ...inputs: Input[]) => start(type, id, inputs, 'sluice'),
    startOn: (queue: string, type: string, id: string) => start(type, id, [], queue),
    signal: async (id: string, name: string, ...inputs: Input[]) => {
      await succeeded(run('workflow', 'signal', '--name', name, '--workflow-id', id, ...inputs.flatMap(flags)));
    },
    query: async (id: string, name: string, ...inputs: Input[]) =>
      queryAnswer.parse(JSON.parse(await succeeded(workflow(['query', '--type', name], id, inputs)))).queryResult[0],
    update: async (id: string, name: string, ...inputs: Input[]) =>
      updateAnswer.parse(JSON.parse(await succeeded(workflow(['update', 'execute', '--name', name], id, inputs)))).result,
    currentDetails: async (id: string) => metadata.parse(JSON.parse(await succeeded(workflow(['metadata'], id, [])))).queryResult[0].currentDetails,
  };
}
export type TemporalProgram = Awaited<ReturnType<typeof temporalProgram>>;

function flags(input: Input): string[] {
  if (typeof input === 'string') return ['--input', input];
  return 'file' in input ? ['--input-file', input.file] : ['--input', input.text, '--input-meta', `encoding=${input.encoding}`];
}
