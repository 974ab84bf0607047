import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect garbage once it is 40 % of what is alive, in this process and in the threads that it starts from now on. V8 goes by the machine's
 * memory and lets up to four times as much lie: of the 670 MiB that a worker took while data flowed, 100 were alive. Costs some 3 % of its CPU time.
 */
export function collectEarly(): void {
  setFlagsFromString('--heap-growing-percent=40');
  setFlagsFromString('--max-semi-space-size=8'); // MiB each of the two halves where new objects begin; 32 otherwise
}
