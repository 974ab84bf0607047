import type { Story } from './story.ts';

interface Span {
  from: number;
  /** Exclusive. */
  until: number;
}

/** Who was in the segment in force when, by the sandbox's own log and the times at which segments were selected. */
export class Membership {
  readonly #spans = new Map<string, Span[]>();
  readonly #inForce: (Span & { segmentId: string })[];

  constructor({ memberships, selections }: Pick<Story, 'memberships' | 'selections'>) {
    for (const { segmentId, hubspotId, change, at } of memberships.toSorted((a, b) => a.at - b.at)) {
      const spans = this.#of(segmentId, hubspotId);
      const last = spans.at(-1);
      if (change === 'joined') spans.push({ from: at, until: Infinity });
      else if (last !== undefined) last.until = at;
    }
    // While a selection is under way either segment may count.
    this.#inForce = selections.map(({ segmentId, at }, i) => ({ segmentId, from: i === 0 ? -Infinity : at.sent, until: selections[i + 1]?.at.done ?? Infinity }));
  }

  /** When it last was in the segment in force, before or at `at`: `at` itself where it is a member then, null where it never was. */
  lastMember(hubspotId: string, at: number): number | null {
    let last: number | null = null;
    for (const { from, until } of this.#counting(hubspotId)) {
      if (from > at) continue;
      if (until > at) return at;
      last = Math.max(last ?? -Infinity, until);
    }
    return last;
  }

  /** Whether it was a member at `at` and has been ever since, whatever segment was in force. */
  stays(hubspotId: string, at: number): boolean {
    return this.#inForce.every(({ segmentId, from, until }) => {
      const [begin, end] = [Math.max(from, at), until];
      return begin >= end || this.#of(segmentId, hubspotId).some((span) => span.from <= begin && span.until >= end);
    });
  }

  /** When and how it became a member for the last time: by joining, or by a selection, which triggers nobody. Null where it is none at the end. */
  entry(hubspotId: string): { at: number; by: 'joining' | 'selection' } | null {
    const joined = [...new Set(this.#inForce.map(({ segmentId }) => segmentId))].flatMap((segmentId) => this.#of(segmentId, hubspotId).map(({ from }) => from));
    const selected = this.#inForce.flatMap(({ from, until }) => [from, until]).filter(Number.isFinite);
    const at = [...joined, ...selected].sort((a, b) => a - b).find((time) => this.stays(hubspotId, time));
    return at === undefined ? null : { at, by: joined.includes(at) ? 'joining' : 'selection' };
  }

  /** Whether another segment was selected around `at`: who joins then may count as there at the selection. */
  nearSelection(at: number, ms: number): boolean {
    return this.#inForce.slice(1).some(({ from }) => Math.abs(from - at) < ms);
  }

  #of(segmentId: string, hubspotId: string): Span[] {
    const key = `${segmentId} ${hubspotId}`;
    const spans = this.#spans.get(key) ?? [];
    this.#spans.set(key, spans);
    return spans;
  }

  #counting(hubspotId: string): Span[] {
    return this.#inForce.flatMap(({ segmentId, from, until }) =>
      this.#of(segmentId, hubspotId).map((span) => ({ from: Math.max(from, span.from), until: Math.min(until, span.until) })).filter((span) => span.from < span.until));
  }
}
