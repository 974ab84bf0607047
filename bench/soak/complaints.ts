import { z } from 'zod';

const linesAfter = 40;
/** A line of the worker's log that complains. */
const logged = z.object({ level: z.enum(['warn', 'error']), msg: z.string(), activity: z.string().default(''), category: z.string().default(''), code: z.string().default(''), message: z.string().default(''), error: z.unknown().optional() });
// Temporal's core prints in colours.
// oxlint-disable-next-line no-control-regex
const colours = /\u001b\[\d+m/g;

/** Collects what worker and sandboxes print to complain, each with the lines that belong to it. */
export function hearComplaints(complaints: string[]): (part: string, line: string) => void {
  let follows = 0;
  return (part, coloured) => {
    const line = coloured.replace(colours, '');
    if (line.startsWith('{"level"')) {
      const { success, data } = logged.safeParse(JSON.parse(line));
      if (success) complaints.push(`${part}: ${[data.msg, data.activity, data.category, data.code, data.message, ...(data.error === undefined ? [] : [JSON.stringify(data.error)])].filter((word) => word !== '').join(' ')}`);
    } else if (/\b(WARN|ERROR)\b|SANDBOX_BUG|^\w*Error:/.test(line)) {
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

/** Without what differs from one to the next. */
function kindOf(complaint: string): string {
  return complaint.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d[\dT:.Z-]*/g, '#').slice(0, 300);
}
