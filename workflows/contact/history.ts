import { cut } from '../../sync/convert/text.ts';
import { summaryOf } from '../../sync/decide.ts';
import type { PastDecision } from '../messages.ts';

type PastField = PastDecision['fields'][number];

/** By its place in the list. */
type Text = number;
type Deed = number;

/** The last decisions, newest first, as the state holds them: what is the same in several of them stands here once. */
export interface KeptHistory {
  texts: string[];
  /** What was done with a field and why, or with a code and a message why it could not be done. */
  deeds: [hubspot: Text, salesforce: Text, action: Text, reason: Text, code?: Text, message?: Text][];
  decisions: KeptDecision[];
}

/** `at` is epoch ms; the summary is null where it follows from the fields. */
type KeptDecision = [at: number, trigger: Text, summary: Text | null, fields: KeptField[]];

/** With what the deed replaced on the side that it wrote to, and how many ms before the decision that had been set there. */
type KeptField = [Deed, lost?: Text | null, before?: number | null];

const mostDecisions = 20;
const mostBytes = 7 * 1024;
/** Characters of a value that was overwritten. */
const longestValue = 200;

/**
 * Keeps the first 20 decisions, newest first, in at most 7 KB of JSON. Where they need more, the values of the oldest are cut to the mark
 * alone, "…", in as many as it takes; where that is not enough, the oldest go. The newest stays in any case, without its values if need
 * be: to be larger than that it would have to name some fifty fields, each with a reason of its own.
 */
export function keep(decisions: readonly PastDecision[]): KeptHistory {
  const last = decisions.slice(0, mostDecisions);
  const all = listed(last, last.length);
  if (fits(all)) return all;
  return fits(listed(last, 0)) ? mostThatFits(0, (whole) => listed(last, whole)) : mostThatFits(1, (count) => listed(last.slice(0, count), 0));
}

/** The least in any case; one of the larger ones is known not to fit. */
function mostThatFits(least: number, of: (n: number) => KeptHistory): KeptHistory {
  let kept = of(least);
  for (let n = least + 1; ; n++) {
    const more = of(n);
    if (!fits(more)) return kept;
    kept = more;
  }
}

/** The decisions as people see them, in the words in which they were made. */
export function tell({ texts, deeds, decisions }: KeptHistory): PastDecision[] {
  const text = (place: Text): string => texts[place] ?? '';
  const done = deeds.map(([hubspot, salesforce, action, reason, code, message]): PastField => ({
    hubspot: text(hubspot), salesforce: text(salesforce), action: text(action) as PastField['action'], reason: text(reason),
    ...(code !== undefined && message !== undefined && { problem: { code: text(code), message: text(message) } }),
  }));
  return decisions.map(([at, trigger, summary, kept]) => {
    const fields = kept.flatMap(([deed, lost, before = null]): PastField[] => {
      const field = done[deed];
      if (field === undefined || lost === undefined) return field === undefined ? [] : [field];
      return [{ ...field, lost: { side: field.action === 'to-hubspot' ? 'hubspot' : 'salesforce', text: lost === null ? null : text(lost), at: before === null ? null : at - before } }];
    });
    return { at: new Date(at).toISOString(), trigger: text(trigger), summary: summary === null ? summaryFrom(fields) : text(summary), fields };
  });
}

/** The values of all but the first `whole` decisions are cut to the mark. */
function listed(decisions: readonly PastDecision[], whole: number): KeptHistory {
  const texts = places<string>();
  const deeds = places<KeptHistory['deeds'][number]>();
  const kept = decisions.map(({ at, trigger, summary, fields }, i): KeptDecision => {
    const time = Date.parse(at);
    return [time, texts.of(trigger), summary === summaryFrom(fields) ? null : texts.of(summary), fields.map(({ hubspot, salesforce, action, reason, lost, problem }): KeptField => {
      const did = [texts.of(hubspot), texts.of(salesforce), texts.of(action), texts.of(reason)] as const;
      const deed = deeds.of(problem === undefined ? [...did] : [...did, texts.of(problem.code), texts.of(problem.message)]);
      if (lost === undefined) return [deed];
      return [deed, lost.text === null ? null : texts.of(cut(lost.text, i < whole ? longestValue : 0)), lost.at === null ? null : time - lost.at];
    })];
  });
  return { texts: texts.all(), deeds: deeds.all(), decisions: kept };
}

/** A list in which everything stands once, told apart by its JSON. */
function places<Item>(): { of: (item: Item) => number; all: () => Item[] } {
  const list = new Map<string, { place: number; item: Item }>();
  return {
    of: (item) => {
      const key = JSON.stringify(item);
      const known = list.get(key) ?? { place: list.size, item };
      list.set(key, known);
      return known.place;
    },
    all: () => [...list.values()].map(({ item }) => item),
  };
}

const fits = (kept: KeptHistory): boolean => new TextEncoder().encode(JSON.stringify(kept)).length <= mostBytes;

function summaryFrom(fields: readonly PastField[]): string {
  const names = (crm: 'hubspot' | 'salesforce', of: (field: PastField) => boolean): string[] => fields.filter(of).map((field) => field[crm]).sort();
  return summaryOf({ hubspot: names('hubspot', ({ action }) => action === 'to-hubspot'), salesforce: names('salesforce', ({ action }) => action === 'to-salesforce') }, names('hubspot', ({ problem }) => problem !== undefined));
}
