import type { Clock } from './clock.ts';
import { CrmFailure } from './failure.ts';
import { verdictOf } from './verdict.ts';

/** While a day's calls are used up one call in so long looks whether there is room again. */
const lookEveryMs = 600_000;
/** As long as that one call is under way. */
const lookTakesMs = 30_000;

/** What one worker knows of a CRM's daily limit: used up, nothing is sent in vain, whoever asks. */
export interface DayLimit {
  /** Sends, unless the day's calls are used up. @throws CrmFailure that was refused last, with when to ask again. */
  run<T>(operation: string, send: () => Promise<T>): Promise<T>;
}

/** @param renewedAt epoch ms at which the limit is known to be renewed, after an instant; null where nobody knows. */
export function openDayLimit(clock: Clock, renewedAt: (after: number) => number | null = () => null): DayLimit {
  let shut: { until: number; renewed: number | null; failure: CrmFailure } | null = null;

  const told = (operation: string, { failure: { system, status, code, reason, detail, requestId, limit }, until, renewed }: NonNullable<typeof shut>): CrmFailure => new CrmFailure({
    system, operation, status, code, reason, requestId, limit, retryAfterMs: Math.max(1_000, until - clock.now()),
    detail: [detail, renewed === null ? null : `It is renewed at ${new Date(renewed).toISOString()}.`].filter((part) => part !== null).join(' ') || null,
  });

  return {
    async run(operation, send) {
      const now = clock.now();
      if (shut !== null && now < shut.until) throw told(operation, shut);
      if (shut !== null) shut.until = now + lookTakesMs;
      try {
        const answer = await send();
        shut = null;
        return answer;
      } catch (error) {
        if (!(error instanceof CrmFailure) || verdictOf(error).retry !== 'allowance') throw error;
        const at = clock.now();
        const renewed = renewedAt(at);
        shut = { until: Math.min(at + lookEveryMs, renewed ?? Infinity), renewed, failure: error };
        throw told(operation, shut);
      }
    },
  };
}
