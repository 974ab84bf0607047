import { Client, type WorkflowClientInterceptor } from '@temporalio/client';
import * as messages from '../../workflows/messages.ts';

/** A contact was told of a change: by which feed, how it had been noticed, and how many seconds after the change. */
export type ChangeTold = (feed: 'hubspot' | 'salesforce' | 'segment', by: 'event' | 'poll', seconds: number) => void;

/** The same client, which notes how long after a change its contact is told of it. */
export function notingLag(client: Client, told: ChangeTold): Client {
  const note = (signal: string, [given]: readonly unknown[]): void => {
    if (signal !== messages.changed.name) return;
    const { success, data } = messages.changedInput().safeParse(given);
    if (success && data.at !== undefined && data.source !== 'page') told(data.source, data.kind === 'poll' ? 'poll' : 'event', Math.max(0, Date.now() - Date.parse(data.at)) / 1000);
  };
  const interceptor: WorkflowClientInterceptor = {
    async signal(input, next) {
      await next(input);
      note(input.signalName, input.args);
    },
    async signalWithStart(input, next) {
      const runId = await next(input);
      note(input.signalName, input.signalArgs);
      return runId;
    },
  };
  const { connection, options: { namespace, identity, dataConverter } } = client;
  return new Client({ connection, namespace, identity, dataConverter, interceptors: { workflow: [interceptor] } });
}
