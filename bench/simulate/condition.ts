/** Waits for what others bring about, as a workflow's `condition` does: looked at again whenever something changed. */
export class Condition {
  readonly #waiting = new Set<{ holds(): boolean; go(): void }>();

  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((go) => { this.#waiting.add({ holds, go }); });
  }

  changed(): void {
    for (const one of this.#waiting) {
      if (!one.holds()) continue;
      this.#waiting.delete(one);
      one.go();
    }
  }
}
