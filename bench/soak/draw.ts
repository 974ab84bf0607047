import type { Group } from './fields.ts';
import type { Person } from './plan.ts';
import type { Random } from './random.ts';

/** A pair that is written over 10 times in 10 minutes is held (R18): so many writes may be asked of one in that time. */
const mostPerPerson = 7;
const guardMs = 600_000;

/** Draws people for edits, none so often that its pair meets the loop guard. */
export class Draw {
  readonly #random: Random;
  readonly #people: readonly Person[];
  readonly #group: Group[];
  readonly #awayUntil: number[];
  readonly #asked: { at: number; count: number }[][];
  readonly #converted = new Set<number>();

  constructor(random: Random, people: readonly Person[]) {
    this.#random = random;
    this.#people = people;
    this.#group = people.map(({ group }) => group);
    this.#awayUntil = people.map(() => 0);
    this.#asked = people.map(() => []);
  }

  /** @throws where the people are too few for so many edits. */
  anybody(at: number, count: number): number {
    const person = this.somebody(at, count, null);
    if (person === null) throw new Error(`${this.#people.length} contacts are too few for so many edits: each may be asked for ${mostPerPerson} writes in 10 minutes, lest the loop guard holds it.`);
    return person;
  }

  /** Of a group, or of all; null where the attempts find none. */
  somebody(at: number, count: number, group: Group | null): number | null {
    for (let attempt = 0; attempt < 2_000; attempt++) {
      const person = this.#random.int(this.#people.length);
      if (group !== null && (this.#group[person] !== group || (this.#awayUntil[person] ?? 0) > at)) continue;
      if (this.#take(person, at, count)) return person;
    }
    return null;
  }

  /** A Lead that was not converted yet, or null where the attempts find none. */
  lead(at: number): number | null {
    for (let attempt = 0; attempt < 20; attempt++) {
      const person = this.#random.int(this.#people.length);
      if (this.#people[person]?.type !== 'Lead' || this.#converted.has(person) || !this.#take(person, at, 1)) continue;
      this.#converted.add(person);
      return person;
    }
    return null;
  }

  /** It leaves the segment, until then or for good. */
  away(person: number, until: number | null): void {
    if (until === null) this.#group[person] = 'out';
    else this.#awayUntil[person] = until;
  }

  joins(person: number): void {
    this.#group[person] = 'in';
  }

  #take(person: number, at: number, count: number): boolean {
    const asked = this.#asked[person] ?? [];
    const recent = asked.filter((one) => one.at > at - guardMs).reduce((sum, one) => sum + one.count, 0);
    if (recent + count > mostPerPerson) return false;
    asked.push({ at, count });
    return true;
  }
}
