/**
 * Options of Node for a worker; `npm run worker` has the same. V8 goes by the machine's memory, lets garbage lie until there is as much as four
 * times what is alive, and gives new objects up to 64 MiB in each thread: of the 670 MiB that a worker took while data flowed, 100 were alive. With
 * these it takes 380. A third less growth of the heap, 40 %, took a sixth more CPU time than V8's own choice, and a third more, 80 %, too much memory:
 * 630 MiB where a worker has as many workflows in memory as it may.
 */
export const collectingEarly = ['--max-semi-space-size=8', '--heap-growing-percent=60'];

/**
 * Environment of a worker. glibc lets each thread have memory of its own, up to eight such arenas a core, and what one gives back no other takes:
 * with two in all a worker takes 58 MiB less of 482, for no more CPU time. Elsewhere it means nothing.
 */
export const fewArenas = { MALLOC_ARENA_MAX: '2' };
