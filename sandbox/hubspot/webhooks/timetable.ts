const SLOT_MS = 10;

/** Things that wait for a time. Thousands that are due together share a slot, so that neither they nor their timer cost much. */
export class Timetable<T> {
  readonly #slots = new Map<number, T[]>();

  /** Files it under `due`, in epoch ms, rounded up; gives the time it is filed under. */
  add(due: number, thing: T): number {
    const at = Math.ceil(due / SLOT_MS) * SLOT_MS;
    const slot = this.#slots.get(at);
    if (slot) slot.push(thing);
    else this.#slots.set(at, [thing]);
    return at;
  }

  /** When the next is due. */
  next(): number {
    let least = Infinity;
    for (const at of this.#slots.keys()) least = Math.min(least, at);
    return least;
  }

  /** Takes out what is due, the earliest first. */
  take(now: number): T[] {
    const due = [...this.#slots].filter(([at]) => at <= now).sort(([one], [other]) => one - other);
    for (const [at] of due) this.#slots.delete(at);
    return due.flatMap(([, things]) => things);
  }

  clear(): void {
    this.#slots.clear();
  }
}
