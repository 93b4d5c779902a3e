import type { GrantInterval } from "../../model/generated/grant.ts";
import type { Micros } from "../../model/time.ts";
import type { Transition } from "./derive.ts";
import type { End } from "./ends.ts";

/**
 * A grant's course with what ends it early (G3) laid over it: while an end is in force it is not open. A window that ran out meanwhile
 * stays revoked: that came first.
 */
export function endCourse(
  course: readonly Transition[],
  ends: readonly End[],
): readonly Transition[] {
  const first = course[0]?.at ?? Infinity;
  const inForce = ends.filter(({ at }) => at >= first);
  if (inForce.length === 0) return course;
  const times = [
    ...course.map(({ at }) => at),
    ...inForce.flatMap(({ at, until }) => (until === null ? [at] : [at, until])),
  ];
  const ended: Transition[] = [];
  let isRevoked = false;
  for (const at of [...new Set(times)].sort((a, b) => a - b)) {
    const own = course.findLast((transition) => transition.at <= at)?.becomes;
    if (own === undefined) continue;
    const isEnded = inForce.some((end) => end.at <= at && at < (end.until ?? Infinity));
    const isOpen = own === "open" || own === "ambiguous";
    if (isEnded && own !== "after-expiry") isRevoked = true;
    else if (isOpen || own === "before-approval") isRevoked = false;
    const becomes = isRevoked ? "after-revocation" : own;
    if (ended.at(-1)?.becomes !== becomes) ended.push({ at, becomes });
  }
  return ended;
}

/** When the course is open; an end that is known only as an interval is at the interval's end (G4). */
export function intervalsOf(course: readonly Transition[]): readonly GrantInterval[] {
  const intervals: GrantInterval[] = [];
  let from: Micros | null = null;
  let isPerhaps = false;
  for (const { at, becomes } of course) {
    if (becomes === "open" || becomes === "ambiguous") {
      from ??= at;
      isPerhaps = becomes === "ambiguous";
      continue;
    }
    if (from !== null)
      intervals.push({
        from,
        until: isPerhaps ? at - 1 : at,
        endCause: becomes === "after-expiry" ? "expired" : "revoked",
      });
    from = null;
    isPerhaps = false;
  }
  return from === null ? intervals : [...intervals, { from, until: null, endCause: null }];
}
