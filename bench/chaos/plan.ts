import { planSoak, type Deed, type Person } from '../soak/plan.ts';
import { planCast, type Persona } from './plan-cast.ts';
import { planMayhem, type Mayhem } from './plan-mayhem.ts';

export interface ChaosOptions {
  seed: number;
  minutes: number;
}

/** Everything that a run does, decided beforehand, so that a seed repeats it. */
export interface ChaosPlan {
  /** In both CRMs from the start: those whom the soak's deeds are about, and after them the cast's. */
  people: Person[];
  /** How many of them the soak's deeds are about. */
  ordinary: number;
  deeds: Deed[];
  cast: Persona[];
  /** Imports of those who are in Salesforce alone: which batch, and when. */
  imports: { at: number; batch: number }[];
  mayhem: Mayhem[];
  /** How long people and faults go on, in ms. */
  length: number;
}

/** Edits a second: two cores that restart half of what runs on them every few seconds do no more. */
const perSecond = 2;
const editsPerContact = 2.4;

export function planChaos({ seed, minutes }: ChaosOptions): ChaosPlan {
  const length = Math.round(minutes * 60_000);
  const edits = Math.max(20, Math.round((length / 1000) * perSecond));
  const contacts = Math.max(24, Math.round(edits / editsPerContact));
  const { people, deeds } = planSoak({ seed, edits, contacts, perSecond: edits / (length / 1000) });
  const { cast, paired, imports } = planCast(seed, length, people.length);
  return { people: [...people, ...paired], ordinary: people.length, deeds, cast, imports, mayhem: planMayhem(seed, length), length };
}
