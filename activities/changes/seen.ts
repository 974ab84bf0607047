const mostKept = 50_000;

/**
 * Versions of records that were compared with their other side, or handed on, lately. Polls overlap and both feeds meet the same pair,
 * so this saves comparisons; it is lost with the process, which costs one more.
 */
export class Seen {
  private readonly kept = new Set<string>();

  has(id: string, version: string): boolean {
    return this.kept.has(`${id} ${version}`);
  }

  note(id: string, version: string): void {
    const key = `${id} ${version}`;
    this.kept.delete(key);
    this.kept.add(key);
    const [oldest] = this.kept;
    if (this.kept.size > mostKept && oldest !== undefined) this.kept.delete(oldest);
  }
}
