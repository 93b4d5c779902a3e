/** One delivery of an event, as a destination saw it. */
export interface SeenEvent {
  readonly id: string;
  /** Original bytes as text; null for events of our own. */
  readonly original: string | null;
  /** The verdict, in a form that can be compared. */
  readonly verdict: string;
  readonly isRevision: boolean;
}

/** What an auditor would hold against a destination. All lists are empty when nothing is wrong. */
export interface Complaints {
  readonly lost: readonly string[];
  readonly underTwoIds: readonly string[];
  readonly withTwoFirstVerdicts: readonly string[];
}

export function complaintsOf(written: readonly string[], seen: readonly SeenEvent[]): Complaints {
  const ids = new Map<string, Set<string>>();
  const verdicts = new Map<string, Set<string>>();
  for (const event of seen) {
    if (event.isRevision) continue;
    if (event.original !== null) add(ids, event.original, event.id);
    add(verdicts, event.id, event.verdict);
  }
  return {
    lost: written.filter((line) => !ids.has(line)),
    underTwoIds: [...ids].filter(([, set]) => set.size > 1).map(([line]) => line),
    withTwoFirstVerdicts: [...verdicts].filter(([, set]) => set.size > 1).map(([id]) => id),
  };
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}
