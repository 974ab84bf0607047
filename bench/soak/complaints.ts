const linesAfter = 40;
// Temporal's core prints in colours.
// oxlint-disable-next-line no-control-regex
const colours = /\u001b\[\d+m/g;

/** Collects what worker and sandboxes print to complain, each with the lines that belong to it. */
export function hearComplaints(complaints: string[]): (part: string, line: string) => void {
  let follows = 0;
  return (part, coloured) => {
    const line = coloured.replace(colours, '');
    if (/\b(WARN|ERROR)\b|SANDBOX_BUG|^\w*Error:/.test(line)) {
      complaints.push(`${part}: ${line}`);
      follows = linesAfter;
    } else if (follows > 0 && /^\s|^\}/.test(line)) {
      follows -= 1;
      complaints.push(`${complaints.pop() ?? ''} ${line.trim()}`);
    }
  };
}

/** How often each was heard, and the first of them in full. */
export function summed(complaints: readonly string[]): string[] {
  const kinds = Map.groupBy(complaints, (one) => one.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d[\dT:.Z-]*/g, '').slice(0, 160));
  return [...kinds.values()].map((some) => `${some.length} times: ${(some[0] ?? '').slice(0, 1_200)}`);
}
