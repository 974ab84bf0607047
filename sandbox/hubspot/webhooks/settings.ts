export type Range = [least: number, most: number];

/** How badly events fare, for tests; usually they fare well. */
export type Mischief = {
  /** How likely an event is sent a second time. */
  duplicate: number;
  /** Whether events are shuffled over the batches, and one in five held back. */
  reorder: boolean;
  /** How likely an event is late, and by how much. */
  late: { probability: number; ms: Range };
  /** How likely an event is lost. */
  drop: number;
  /** Seeds what the four decide. */
  random: number;
  /** Whether a merge also tells of the deletion of the ids merged away: reported, but not documented. */
  mergeDeletions: boolean;
};

/** The app's webhook settings, and those of the sandbox. */
export type WebhookSettings = Mischief & {
  /** Without one nothing is sent or queued. */
  targetUrl: string | null;
  maxConcurrentRequests: number;
  /** How long events are collected after a change before they are sent. */
  delayMs: Range;
  /** How long an answer may take. */
  timeoutMs: number;
};

export const NO_MISCHIEF: Mischief = { duplicate: 0, reorder: false, late: { probability: 0, ms: [0, 0] }, drop: 0, random: 1, mergeDeletions: true };
