import type { Client } from '@temporalio/client';

const inFlight = 16;

/** How many contacts read their pair by themselves, in their present run: what a page wrote for them takes no activity of theirs. */
export async function countLiveSyncs(client: Client, connection: string): Promise<number> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: `WorkflowType = 'contactSync' AND Connection = '${connection}'` })) ids.push(workflowId);
  let [next, alive] = [0, 0];
  const lane = async (): Promise<void> => {
    for (let id = ids[next++]; id !== undefined; id = ids[next++]) {
      const { events } = await client.workflow.getHandle(id).fetchHistory();
      if (events?.some((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'readPair')) alive += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return alive;
}
