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

/** How often each was heard, and the first of them. */
export function summed(complaints: readonly string[]): string[] {
  const kinds = Map.groupBy(complaints, kindOf);
  return [...kinds].map(([kind, { length }]) => `${length} times: ${kind}`);
}

/** Without what differs from one to the next; of an activity's failure which it was and why. */
function kindOf(complaint: string): string {
  const [, activity] = /activityType: '(\w+)'/.exec(complaint) ?? [];
  const [, error] = /\berror: (.*?)(?: at |$)/.exec(complaint) ?? [];
  const plain = activity === undefined ? complaint : `${activity}: ${error ?? complaint}`;
  return plain.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d[\dT:.Z-]*/g, '#').slice(0, 300);
}
