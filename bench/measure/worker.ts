/** The product's worker as it is, with a meter. */
import { startMeter } from './meter.ts';

startMeter();
await import('../../worker/main.ts');
