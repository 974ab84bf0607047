import type { Command } from 'commander';
import { feedsWords, flowWords } from '../words/feeds.ts';
import { examples, withSluice } from './context.ts';

/** `watch` and `feeds`: what flows, and how changes are noticed. */
export function addWatchCommands(program: Command): void {
  examples(program.command('watch').description('print each sync as it happens: what was written where, and why; ends with Ctrl-C'), ['sluice watch', 'sluice watch --json | jq .reason'])
    .action((_: object, command: Command) => withSluice(command, async ({ sluice, json, note }) => {
      const ended = new AbortController();
      process.once('SIGINT', () => ended.abort());
      process.once('SIGTERM', () => ended.abort());
      note(`Watching the connection "${sluice.connection}"; Ctrl-C ends it.`);
      for await (const flow of sluice.watchFlow(ended.signal)) process.stdout.write(`${json ? JSON.stringify(flow) : flowWords(flow)}\n`);
    }));

  examples(program.command('feeds').description('say how changes in both CRMs are noticed, and how far they were read'), ['sluice feeds'])
    .action((_: object, command: Command) => withSluice(command, async ({ sluice, answer }) => {
      const feeds = await sluice.feeds();
      answer(feeds, () => feedsWords(feeds));
    }));
}
