/**
 * Says that it polls, as the worker does, and stays. `FAKE_WORKER` makes it `silent`, or end with any other text as
 * the reason.
 */
const behaviour = process.env['FAKE_WORKER'];
if (behaviour === undefined || behaviour === 'silent') {
  if (behaviour === undefined) console.log(`Worker ready: ${process.env['TEMPORAL_ADDRESS']} ${process.env['SLUICE_CONNECTION'] ?? 'main'}`);
  else console.log('Not ready yet');
  setInterval(() => undefined, 60_000);
} else {
  console.error(behaviour);
  process.exitCode = 1;
}
