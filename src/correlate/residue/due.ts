import type { Micros } from "../../model/time.ts";
import type { Watermarks } from "../../ports/correlator.ts";
import type { Grants } from "../grants/grants.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { ResidueReader } from "./evaluate.ts";
import { firstIdOf, residueFinding, type ResidueFinding } from "./finding.ts";
import type { ResidueGrant } from "./grant-index.ts";
import { NO_GRANT, type Residue } from "./residue.ts";

/** What is to be said about grants that have ended. */
export interface DueFindings {
  /** New ones, and ones that stand with other evidence. */
  readonly found: readonly ResidueFinding[];
  /** First ids of those that evidence which came late took the reason from. */
  readonly withdrawn: readonly string[];
}

/** Looks at the residue of a grant once it has ended and nothing of before is still to come, and again whenever something changes that. */
export interface DueResidue {
  /** Cheap where nothing is due. */
  take(watermarks: Watermarks): DueFindings;
  /** Whether nothing of a grant is to be looked at now; what is, comes first in the next call. */
  isLookedAt(grant: string): boolean;
  /** The same grants, telling this one of every change. */
  watch(grants: Grants): Grants;
}

export interface DueResidueOptions {
  readonly ledger: Ledger;
  readonly residue: Residue;
  readonly reader: ResidueReader;
}

/** Grants that one call looks at, so that a start with many of them does not keep the line waiting; the end of the input takes all. */
const LOOKED_AT_MAX = 50;

const NOTHING: DueFindings = Object.freeze({ found: [], withdrawn: [] });

export function createDueResidue(options: DueResidueOptions): DueResidue {
  const { ledger, residue, reader } = options;
  /** To be looked at now, and before all others. */
  const queue = new Map<string, ResidueGrant>();
  const first = new Map<string, ResidueGrant>();
  /** Those whose end is known, and not passed. */
  const waiting = new Map<string, { readonly of: ResidueGrant; readonly endedAt: Micros }>();
  let nextEnd = Infinity;
  let grants: Grants | null = null;

  function enqueue(all: readonly ResidueGrant[]): void {
    for (const each of all) queue.set(keyOf(each.grant, each.cluster), each);
  }

  function* inOrder(): Generator<readonly [string, ResidueGrant]> {
    yield* first;
    yield* queue;
  }

  function wake(watermarks: Watermarks): void {
    if (watermarks.evidence <= nextEnd) return;
    nextEnd = Infinity;
    for (const [key, { of, endedAt }] of waiting)
      if (passedOn(watermarks, of.cluster) > endedAt) {
        waiting.delete(key);
        queue.set(key, of);
      } else nextEnd = Math.min(nextEnd, endedAt);
  }

  function look(of: ResidueGrant, watermarks: Watermarks): DueFindings {
    const { grant: id, cluster } = of;
    const grant = grants?.byId(id, cluster)?.grant ?? null;
    const endedAt = grant?.endedAt ?? null;
    const key = keyOf(id, cluster);
    waiting.delete(key);
    const stand = new Map(
      ledger.residueFindings.scan(prefixOf(id, cluster)).map((event) => [firstIdOf(event), event]),
    );
    const isDue = endedAt !== null && passedOn(watermarks, cluster) > endedAt;
    if (endedAt !== null && !isDue) {
      waiting.set(key, { of, endedAt });
      nextEnd = Math.min(nextEnd, endedAt);
    }
    // A full ledger lets go of grants too.
    if (grant === null) return NOTHING;
    if (endedAt === null) return { found: [], withdrawn: [...stand.keys()] };
    // After a start a source has come less far than before: that takes nothing back, but an end that has moved behind the finding does.
    if (!isDue)
      return {
        found: [],
        withdrawn: [...stand].flatMap(([each, event]) => (event.occurredAt < endedAt ? each : [])),
      };
    const { leftovers } = reader.ofGrant(id, cluster, endedAt);
    const left = leftovers.map((each) => residueFinding(each, { grant, endedAt }));
    const ids = new Set(left.map(({ event }) => event.id));
    return {
      found: left.filter(({ event }) => !isSame(event, stand.get(event.id))),
      withdrawn: [...stand].flatMap(([each, event]) =>
        ids.has(each) || isForgotten(event, id) ? [] : each,
      ),
    };
  }

  /** That nothing is known any more of what a finding was made by is no reason to take it back. */
  function isForgotten(event: ResidueFinding["event"], grant: string): boolean {
    return evidenceOf(event).some((eventId) => !reader.isKept(eventId, grant));
  }

  return {
    take: (watermarks) => {
      enqueue(residue.takeTouched());
      wake(watermarks);
      const found: ResidueFinding[] = [];
      const withdrawn: string[] = [];
      let count = 0;
      for (const [key, of] of inOrder()) {
        if (count++ === LOOKED_AT_MAX && watermarks.hasEnded !== true) break;
        first.delete(key);
        queue.delete(key);
        if (of.grant === NO_GRANT) continue;
        const due = look(of, watermarks);
        found.push(...due.found);
        withdrawn.push(...due.withdrawn);
      }
      return { found, withdrawn };
    },
    isLookedAt: (grant) => {
      let isDone = true;
      for (const each of residue.grants(grant)) {
        const key = keyOf(each.grant, each.cluster);
        if (queue.delete(key)) first.set(key, each);
        if (first.has(key)) isDone = false;
      }
      return isDone;
    },
    watch: (watched) => {
      grants = watched;
      return {
        ...watched,
        changed: (id) => {
          watched.changed(id);
          enqueue(residue.grants(id));
        },
        allChanged: () => {
          watched.allChanged();
          enqueue(residue.grants());
        },
      };
    },
  };
}

/** Every record before this time has come: of the grants', and of this cluster's requests. */
function passedOn({ evidence, sources }: Watermarks, cluster: string): Micros {
  if (sources === undefined) return -Infinity;
  return sources
    .filter(({ source }) => source.dialect === "kubernetes-audit")
    .filter(({ source }) => (source.cluster ?? source.name) === cluster)
    .reduce((least, { watermark }) => Math.min(least, watermark), evidence);
}

function isSame(
  event: ResidueFinding["event"],
  other: ResidueFinding["event"] | undefined,
): boolean {
  return (
    other !== undefined && JSON.stringify(evidenceOf(event)) === JSON.stringify(evidenceOf(other))
  );
}

function evidenceOf({ detail }: ResidueFinding["event"]): readonly string[] {
  return detail !== null && "finding" in detail ? detail.finding.evidence : [];
}
