import type { Dossier, DossierAction, DossierFile, DossierInterval } from "../../model/dossier.ts";
import { canonical, sha256 } from "./canonical.ts";
import { checkOf, type Check } from "./check.ts";

/** What a dossier says of itself, made again from its own parts. */
export function checkInside({ dossier, seal }: DossierFile): readonly Check[] {
  return [
    ...checkSeal(dossier, seal),
    ...checkDigests(dossier),
    ...checkCounts(dossier),
    ...checkOrder(dossier),
    ...checkWindows(dossier),
    ...checkCoverage(dossier),
  ];
}

const BASES: ReadonlySet<string> = new Set(["watermarks", "end-of-input"]);

function checkSeal(dossier: Dossier, seal: DossierFile["seal"]): readonly Check[] {
  const { sealing, organization, grant } = dossier;
  if (seal === null || sealing === null)
    return checkOf("seal", ["it is a draft: nothing seals it"], "");
  const digest = sha256(canonical(dossier));
  const { number, previousDigest, previousChainDigest, addendumTo, completeTo, basis } = sealing;
  const isFirst = number === 1;
  const wrong: string[] = [];
  if (seal.digest !== digest)
    wrong.push(`the digest is ${digest}, and the seal says ${seal.digest}`);
  const chain = previousChainDigest === null ? digest : sha256(previousChainDigest + digest);
  if (seal.chainDigest !== chain)
    wrong.push(`the chain's digest is ${chain}, and the seal says ${seal.chainDigest}`);
  if (
    number < 1 ||
    isFirst !== (previousDigest === null) ||
    isFirst !== (previousChainDigest === null)
  )
    wrong.push(`seal ${number} does not fit the seal before it`);
  if (addendumTo !== null && addendumTo.number >= number)
    wrong.push(`seal ${number} adds to seal ${addendumTo.number}, which is not before it`);
  const eventId = sha256(canonical(["seal", organization, grant.id, number, digest]));
  if (seal.eventId !== eventId) wrong.push(`its event's id is ${eventId}, not ${seal.eventId}`);
  if (!BASES.has(basis)) wrong.push(`its basis is "${basis}"`);
  if (grant.endedAt === null || completeTo < grant.endedAt)
    wrong.push(`it is complete up to ${completeTo}, before the grant's end`);
  return checkOf("seal", wrong, `seal ${number} of ${organization}, digest ${digest}`);
}

function checkDigests({ timeline, eventsDigest }: Dossier): readonly Check[] {
  const wrong = timeline.flatMap(({ events, verdict }) =>
    events.flatMap(({ id, digest }) =>
      sha256(canonical({ id, verdict })) === digest ? [] : [`event ${id} has another digest`],
    ),
  );
  const all = timeline.flatMap(({ events }) => events);
  const ids = new Set(all.map(({ id }) => id));
  if (ids.size !== all.length) wrong.push("an event stands in it twice");
  const lines = all
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, digest }) => `${id} ${digest}`);
  if (sha256(lines.join("\n")) !== eventsDigest)
    wrong.push(`the digest of all ${lines.length} events is another one`);
  return checkOf("events", wrong, `${all.length} events with the digest of what was said of each`);
}

function checkCounts(dossier: Dossier): readonly Check[] {
  const { timeline, coverage, origins } = dossier;
  const wrong: string[] = [];
  const counted = countBy(timeline, (action) => canonical([action.verdict.coverage, action.class]));
  const stated = new Map(
    coverage.map((row) => [canonical([row.coverage, row.class]), row.actions]),
  );
  if (stated.size !== coverage.length) wrong.push("a row of the verdict table stands in it twice");
  for (const key of new Set([...counted.keys(), ...stated.keys()])) {
    const [inTimeline, inTable] = [counted.get(key) ?? 0, stated.get(key) ?? 0];
    if (inTimeline !== inTable)
      wrong.push(`the verdict table has ${inTable} for ${key}, the timeline ${inTimeline}`);
  }
  const keys = new Set<string>();
  for (const { name, kind, cluster, events, first, last } of origins) {
    keys.add(canonical([name, kind, cluster]));
    const times = timeline
      .filter(({ origin }) => canonical(origin) === canonical({ name, kind, cluster }))
      .flatMap((action) => action.events.map(({ at }) => at))
      .toSorted();
    if (times.length !== events || (times[0] ?? null) !== first || (times.at(-1) ?? null) !== last)
      wrong.push(`origin "${name}" has ${times.length} events in the timeline, and says ${events}`);
  }
  if (keys.size !== origins.length) wrong.push("an origin stands in it twice");
  for (const { origin } of timeline)
    if (!keys.has(canonical([origin.name, origin.kind, origin.cluster])))
      wrong.push(`origin "${origin.name}" is not in the list of origins`);
  return checkOf(
    "counts",
    [...new Set(wrong)],
    "origins and verdict table agree with the timeline",
  );
}

function checkOrder({ timeline }: Dossier): readonly Check[] {
  const wrong = timeline.flatMap(({ at, events }, index) => {
    const first = events.map((event) => event.at).toSorted()[0];
    if (first !== at)
      return [`action ${index} is at ${at}, its first event at ${first ?? "no time"}`];
    return at < (timeline[index - 1]?.at ?? "")
      ? [`action ${index} stands behind a later one`]
      : [];
  });
  return checkOf("order", wrong, `${timeline.length} actions by time`);
}

/** Windows follow from decisions: none without an approval, none before it. */
function checkWindows({ grant }: Dossier): readonly Check[] {
  const wrong: string[] = [];
  const deciding = grant.decisions.filter(({ isDeciding }) => isDeciding);
  const approval = deciding.find(({ state }) => state === "approve");
  if (deciding.length > 1) wrong.push("more than one decision settled it");
  const isTeleport = grant.kind === "teleport-access-request";
  let before = "";
  for (const { from, until } of grant.intervals) {
    if (isTeleport && (approval === undefined || from < approval.at))
      wrong.push(`it is open from ${from}, without an approval by then`);
    if (until !== null && until <= from) wrong.push(`it is open from ${from} until ${until}`);
    if (from < before) wrong.push(`two of its windows overlap at ${from}`);
    before = until ?? "9";
  }
  const last = grant.intervals.at(-1)?.until ?? null;
  if (last !== null && grant.endedAt !== null && grant.endedAt < last)
    wrong.push(`it ended at ${grant.endedAt}, before its last window`);
  return checkOf("windows", wrong, `${grant.intervals.length} windows, as decided`);
}

/** C2: what is covered, or refused by the role alone, was judged at a time at which the grant was open. */
function checkCoverage({ grant, timeline }: Dossier): readonly Check[] {
  const wrong: string[] = [];
  let covered = 0;
  for (const { judgedAt, verdict, events } of timeline) {
    const id = events[0]?.id ?? "";
    const { coverage, grants, related } = verdict;
    const isCovering = grants.includes(grant.id);
    if (!isCovering && !related.includes(grant.id)) wrong.push(`event ${id} is not of this grant`);
    if (coverage !== "covered" && coverage !== "outside-role") continue;
    if (!isCovering) continue;
    covered++;
    if (!isOpenAt(grant.intervals, judgedAt))
      wrong.push(`event ${id} is ${coverage} at ${judgedAt}, when the grant was not open`);
  }
  return checkOf("coverage", wrong, `${covered} actions under it, each within a window`);
}

function isOpenAt(intervals: readonly DossierInterval[], at: string): boolean {
  return intervals.some(({ from, until }) => from <= at && (until === null || at < until));
}

function countBy(
  timeline: readonly DossierAction[],
  keyOf: (action: DossierAction) => string,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const action of timeline) {
    const key = keyOf(action);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
