/** The product's worker as it is, with a meter. */
import './meter.ts';
import '../../worker/main.ts';
