import * as z from 'zod';

const entry = z.looseObject({ time: z.string(), level: z.string(), msg: z.string().default('') });

/** A line of the log as people read it: `2026-01-05T10:00:00.000Z warn  An activity failed. activity=readPair attempt=2`. */
export function textLine(json: string): string {
  const { time, level, msg, connection: _, ...facts } = entry.parse(JSON.parse(json));
  const told = Object.entries(facts).map(([name, value]) => ` ${name}=${typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)}`);
  return `${time} ${level.padEnd(5)} ${msg}${told.join('')}\n`;
}
