/**
 * Something that the person at the terminal can put right. The message is one sentence that says what is wrong and
 * what to do about it, and holds no secret. `runMain` prints it alone, without a stack trace.
 */
export class UserError extends Error {
  override name = 'UserError';
}

/**
 * Runs a program's main function. A `UserError` ends it with its message alone on stderr; every other error is a
 * defect and keeps its stack. Both end with exit code 1, at once: connections that are still open do not hold the
 * process.
 */
export async function runMain(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${describe(error)}\n`, () => process.exit(1));
  }
}

function describe(error: unknown): string {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
