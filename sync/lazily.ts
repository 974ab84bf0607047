import { z } from 'zod';

// zod sets itself up with the first schema and the first object, and could not once Temporal has frozen what all workflows share.
// Stryker disable next-line CallExpression: only Temporal's freezing shows it (test/workflows/bundle.test.ts).
z.object({});

/**
 * What is made when it is first asked for: a program that only needs some of the schemas starts without making them all, and Temporal
 * freezes what a module of the workflows holds when it is loaded.
 */
export function lazily<Made>(make: () => Made): () => Made {
  let made: { it: Made } | undefined;
  return () => (made ??= { it: make() }).it;
}
