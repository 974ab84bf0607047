const mostKept = 50_000;

/**
 * The version of each record that was last compared with its other side, or handed on, lately. Polls overlap and both feeds meet the
 * same pair, so this saves comparisons; it is lost with the process, which costs one more.
 */
export class Seen {
  private readonly kept = new Map<string, string>();

  has(id: string, version: string): boolean {
    return this.kept.get(id) === version;
  }

  note(id: string, version: string): void {
    this.kept.delete(id);
    this.kept.set(id, version);
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
  }
}
