import * as wf from '@temporalio/workflow';

export const go = wf.defineSignal('go');
const { look } = wf.proxyActivities<{ look(): Promise<void> }>({ startToCloseTimeout: '10s' });

/** Writes a timer where a replay has an activity: no replay comes to what it wrote. Ends with how often it was told to go. */
export async function unrepeatable(): Promise<number> {
  let told = 0;
  wf.setHandler(go, () => { told += 1; });
  await wf.condition(() => told > 0);
  await (wf.workflowInfo().unsafe.isReplaying ? look() : wf.sleep(1));
  await wf.condition(() => told > 1);
  return told;
}
