/**
 * What is made when it is first asked for. Temporal loads a workflow's code anew for each run that it takes into memory, and making all
 * the schemas then took 17 of 20 ms.
 */
export function lazily<Made>(make: () => Made): () => Made {
  let made: { it: Made } | undefined;
  return () => (made ??= { it: make() }).it;
}
