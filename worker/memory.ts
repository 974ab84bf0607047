/**
 * Options of Node for a worker; `npm run worker` has the same. V8 goes by the machine's memory, lets garbage lie until there is as much as four
 * times what is alive, and gives new objects up to 64 MiB in each thread: of the 670 MiB that a worker took while data flowed, 100 were alive. With
 * these it takes 360, for no more CPU time than the measurements scatter by.
 */
export const collectingEarly = ['--max-semi-space-size=8', '--heap-growing-percent=40'];
