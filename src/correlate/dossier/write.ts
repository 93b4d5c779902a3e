import type {
  CoverageRow,
  Dossier,
  DossierAction,
  DossierFinding,
  DossierSealing,
} from "../../model/dossier.ts";
import type { Grant } from "../../model/generated/grant.ts";
import type { Source } from "../../model/record.ts";
import { formatTime, type Micros } from "../../model/time.ts";
import type { Grants } from "../grants/grants.ts";
import type { Vendors } from "../identity/vendors.ts";
import { keyOf, prefixOf } from "../ledger/key.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { canonicalJson, digestOf } from "./canonical.ts";
import { dossierGap, gapsOf } from "./gaps.ts";
import { dossierGrant } from "./grant.ts";
import { listed, listedEvents, listedFindings } from "./listed.ts";
import { originsOf } from "./origins.ts";
import type { GrantsResidue } from "./residue.ts";
import { sessionsOf } from "./sessions.ts";
import { compare, timelineOf } from "./timeline.ts";

/** What a dossier is made from; the same of this is the same dossier. */
export interface DossierContext {
  readonly ledger: Ledger;
  readonly vendors: Vendors;
  readonly grants: Grants;
  readonly organization: string;
  /** Tolerances, in microseconds. */
  readonly skew: Micros;
  readonly skewMax: Micros;
  /** As configured. */
  readonly sources: readonly Source[];
  /** What the grant left behind when it ended. */
  readonly residueOf: (grant: Grant) => GrantsResidue;
  /** Most events that are listed, and most gaps, findings and revisions. */
  readonly limits?: { readonly eventsMax: number; readonly listedMax: number };
}

/** Beyond these a dossier says how many there are more. */
const LIMITS = { eventsMax: 10_000, listedMax: 1_000 };

/** The account of one grant as the ledger has it now; null where it knows no such grant. Changes nothing. */
export function writeDossier(
  context: DossierContext,
  id: string,
  sealing: DossierSealing | null,
): Dossier | null {
  const { ledger, grants, limits = LIMITS } = context;
  const { eventsMax, listedMax } = limits;
  const grant = grants.byId(id, null)?.grant ?? null;
  if (grant === null) return null;
  const ids = ledger.judgedOfGrant.scan(prefixOf(id));
  const findings = listedFindings(findingsOf(ledger, id), listedMax);
  const documents = listedEvents(ids, findings.listed, eventsMax).flatMap(
    (each) => ledger.judged.get(each) ?? [],
  );
  const timeline = timelineOf(context, documents);
  // Beyond the limit, or beyond what the ledger has room for.
  const known = new Set(documents.map(({ event }) => event.id));
  const unlisted = ids.filter((each) => !known.has(each)).toSorted(compare);
  return {
    organization: context.organization,
    grant: dossierGrant(grant, { grants, documents }),
    sealing,
    origins: originsOf(timeline, context.sources),
    gaps: listed(gapsOf(ledger, grant, context.skewMax).map(dossierGap), listedMax),
    coverage: coverageOf(timeline),
    sessions: sessionsOf(ledger, documents),
    findings,
    ...context.residueOf(grant),
    revisions: listed(
      ledger.revisionsOfGrant.scan(prefixOf(id)).map(({ eventId, number, previous, coverage }) => ({
        eventId,
        number,
        previous,
        coverage,
      })),
      listedMax,
    ),
    timeline,
    unlisted:
      unlisted.length === 0
        ? null
        : { events: unlisted.length, idsDigest: digestOf(unlisted.join("\n")) },
    eventsDigest: digestOf(
      timeline
        .flatMap(({ events }) => events)
        .toSorted((a, b) => compare(a.id, b.id))
        .map(({ id: event, digest }) => `${event} ${digest}`)
        .join("\n"),
    ),
  };
}

/** What was said of the grant, whenever it was sealed. */
export function contentDigest(dossier: Dossier): string {
  return digestOf(canonicalJson({ ...dossier, sealing: null }));
}

function findingsOf(ledger: Ledger, grant: string): readonly DossierFinding[] {
  return ledger.findingsOfGrant.scan(prefixOf(grant)).flatMap((key) => {
    const finding = ledger.findings.get(key);
    if (finding === null || !finding.said?.grants.includes(grant)) return [];
    const { number, severity, state, subject, at, evidence } = finding.said;
    return {
      id: finding.id,
      number,
      rule: finding.template.action.name,
      severity,
      state,
      subject,
      at: formatTime(at),
      evidence,
    };
  });
}

function coverageOf(timeline: readonly DossierAction[]): readonly CoverageRow[] {
  const rows = new Map<string, CoverageRow>();
  for (const { verdict, class: name } of timeline) {
    const { coverage } = verdict;
    const key = keyOf(coverage, name);
    const actions = (rows.get(key)?.actions ?? 0) + 1;
    rows.set(key, { coverage, class: name, actions });
  }
  return [...rows.values()].sort(
    (a, b) => compare(a.coverage, b.coverage) || compare(a.class, b.class),
  );
}
