/** What simulations are to come across. */
export const SEEN = [
  "starts",
  "stops",
  "kills",
  "powerLosses",
  "diskFaults",
  "fullDisks",
  "fullJournals",
  "processFailures",
  "lostAnswers",
  "partialRefusals",
  "refusals",
  "splits",
  "pauses",
  "rests",
  "archived",
] as const;
export type Seen = (typeof SEEN)[number];

/** By the trace's own words. */
const MARKS: Readonly<Record<Seen, RegExp>> = {
  starts: / starts$/,
  stops: / is told to stop$/,
  kills: /^\S+ killed /,
  powerLosses: /the power is lost$/,
  diskFaults: /^\S+ it fails$/,
  fullDisks: /The disk is full/,
  fullJournals: /at its size limit/,
  processFailures: / fails: /,
  lostAnswers: /says retry$/,
  partialRefusals: /says partlyRefused$/,
  refusals: /says refused$/,
  splits: /says tooLarge$/,
  pauses: /says paused$/,
  rests: /disk \d+ write \S+\/quarantine\//,
  archived: /disk \d+ write \/archive\//,
};

export function seenIn(trace: readonly string[]): Readonly<Record<Seen, number>> {
  const counts = Object.fromEntries(SEEN.map((name) => [name, 0])) as Record<Seen, number>;
  for (const line of trace) for (const name of SEEN) if (MARKS[name].test(line)) counts[name]++;
  return counts;
}
