import { setTimeout as sleep } from 'node:timers/promises';
import type { Heed } from '../failure.ts';
import type { World } from '../world.ts';

/** A check asks some ten calls of the CRMs; an activity of the live lane has 30 s in all. */
const checkTakesMs = 12_000;
const lookEveryMs = 200;

type Asking = Pick<World, 'askForCheck' | 'settings' | 'fieldGone'>;

/** Has the connection look at its accounts, and goes on: a page or a feed waits anyhow. */
export const heedful = (world: Asking): Heed => ({
  refused: async ({ error }) => {
    await world.askForCheck(`${error.message} ${error.remedy}`);
    return null;
  },
  fieldGone: () => world.fieldGone(),
});

/** The same, and waits for what the connection finds: then a contact says that everything is held, instead of showing an error of its own. */
export const awaiting = (world: Asking): Heed => {
  const heed = heedful(world);
  return {
    ...heed,
    refused: async (told) => {
      await heed.refused(told);
      const giveUpAt = Date.now() + checkTakesMs;
      for (;;) {
        const { checkedAt, ready, problems } = await world.settings();
        if (!ready) return problems[0] ?? null;
        if (checkedAt !== null || Date.now() > giveUpAt) return null;
        await sleep(lookEveryMs);
      }
    },
  };
};
