/** What did not hold: the story ends there, since each step builds on those before it. */
export class DidNotHold extends Error {
  override name = 'DidNotHold';
}

/** What a step can say and claim. */
export interface Teller {
  /** Prints what is done. */
  tell: (line: string) => void;
  /** Prints what was expected and what happened. Where they differ the step does not hold. */
  check: (what: string, expected: string | number | boolean, happened: string | number | boolean) => void;
}

/** Runs the steps in order, numbered, on stdout. @throws DidNotHold with the step and all that did not hold in it. */
export async function runSteps(steps: readonly { title: string; run: (teller: Teller) => Promise<void> }[], print: (line: string) => void): Promise<void> {
  for (const [index, { title, run }] of steps.entries()) {
    const name = `Step ${index + 1} of ${steps.length}, ${title}`;
    print(`\n${name}`);
    const faults: string[] = [];
    const teller: Teller = {
      tell: (line) => print(`    ${line}`),
      check(what, expected, happened) {
        const holds = expected === happened;
        print(`  ${holds ? 'ok ' : 'NOT'} ${what}: expected ${String(expected)}, found ${String(happened)}`);
        if (!holds) faults.push(`${what}: expected ${String(expected)}, found ${String(happened)}`);
      },
    };
    try {
      await run(teller);
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
    if (faults.length > 0) throw new DidNotHold(`${name}, did not hold:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}
