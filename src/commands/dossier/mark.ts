const FINE = new Set(["covered", "standing", "evidence"]);

/** A coverage that can be told by its first character, also where there is no colour. */
export function markOf(coverage: string): string {
  return `${FINE.has(coverage) ? "✓" : "✗"} ${coverage}`;
}
