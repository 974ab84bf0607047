/**
 * Preloaded into each of our own children (`node --import`, with an IPC channel): ends the child in order when the
 * process that started it is gone, be it by SIGKILL, which leaves nobody to tell it.
 */
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), 20_000).unref();
});
// Listening alone would keep a child running that has nothing left to do.
process.channel?.unref();
