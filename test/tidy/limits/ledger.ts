import { at, because, STEP, type Rows } from "./row.ts";

/** Rows of each table that has its oldest go where there are more. */
const ROWS: Readonly<Record<string, string>> = {
  seen: "2_000_000",
  passed: "1_000_000",
  judged: "500_000",
  judgedBy: "3_000_000",
  judgedOfGrant: "1_000_000",
  reviews: "1_000_000",
  apiRequests: "500_000",
  apiRequestsOfName: "500_000",
  proxiedRequests: "500_000",
  apiRequestsByClass: "500_000",
  proxiedByClass: "500_000",
  grants: "1_000_000",
  grantsOfPerson: "1_000_000",
  grantsOfRole: "2_000_000",
  sessions: "500_000",
  sessionsByTime: "1_000_000",
  sessionsByStart: "500_000",
  sessionsOfPod: "500_000",
  sessionRecordings: "500_000",
  certificates: "500_000",
  longestCertificates: "500_000",
  subjectsDue: "1_000_000",
  heartbeats: "100",
  spoken: "10_000",
  madeCredentials: "100_000",
  makings: "500_000",
  signingRequests: "100_000",
  locks: "100_000",
  locksOfTarget: "200_000",
  userDeletions: "100_000",
  bindingDeletions: "100_000",
  findings: "1_000_000",
  findingEvidence: "2_000_000",
  furtherEvidence: "2_000_000",
  findingsDue: "1_000_000",
  findingsOfGrant: "1_000_000",
  counts: "1_000_000",
  unfinishedCounts: "1_000_000",
  residue: "200_000",
  othersRemovals: "200_000",
  othersChanges: "5_000",
  residueRequests: "400_000",
  residueOfGrant: "400_000",
  residueFindings: "200_000",
  snapshots: "1_000_000",
  supportGrants: "500_000",
  supportGrantsOfPerson: "500_000",
  supportGrantsOfRole: "500_000",
  outOfBand: "100_000",
  outOfBandOfPerson: "100_000",
  outOfBandOfRole: "500_000",
  gaps: "100_000",
  revisionsOfGrant: "1_000_000",
  sealsDue: "1_000_000",
  addendaDue: "1_000_000",
  sealed: "1_000_000",
  seals: "1_000_000",
  dossiers: "1_000_000",
  sealChain: "1",
  reached: "1",
};
const OLDEST_GO = "stay in a table of at most 3, and the oldest goes";
const HELD = at(
  "unit/correlate/hold/held-rows.test.ts",
  "has room in %s for more events than may ever wait",
);

/** The tables on disk, and what lies over them. */
export const LEDGER: Rows = {
  "src/correlate/ledger/intervals.ts": {
    ENDLESS_MAX: at("unit/correlate/ledger/endless.test.ts", "the 200 that began last"),
  },
  "src/correlate/ledger/kept-text.ts": {
    KEPT_BYTES_MAX: at("unit/correlate/evidence/requests.test.ts", "is kept up to 4 KiB"),
  },
  "src/correlate/ledger/ledger.ts": {
    ...Object.fromEntries(
      Object.entries(ROWS).map(([name, rows]) => [
        `ROWS_MAX.${name}`,
        at("unit/correlate/ledger/rows.test.ts", OLDEST_GO, rows),
      ]),
    ),
    "ROWS_MAX.holds": HELD,
    "ROWS_MAX.heldEvents": HELD,
    "ROWS_MAX.heldOriginals": HELD,
  },
  "src/correlate/ledger/nearest.ts": {
    CROWD: because("which of two ways finds the nearest: they find the same, which is tested"),
    CLASSES_MAX: at("unit/correlate/ledger/nearest-limits.test.ts", "256 classes are looked at"),
    TIED_MAX: at("unit/correlate/ledger/nearest-limits.test.ts", "the nearest 64 count"),
  },
  "src/correlate/ledger/overlay.ts": { CHUNK_KEYS_MAX: STEP },
  "src/correlate/ledger/store.ts": {
    CHANGES_MAX: at("unit/correlate/ledger/rows.test.ts", "changes under traffic are written"),
    CHANGED_CHARACTERS_MAX: at(
      "unit/correlate/ledger/rows.test.ts",
      "of four megabytes are written",
    ),
  },
  "src/correlate/ledger/tables.ts": {
    NO_LIMIT: because("what SQLite takes for none; the caller's own limit is beside it"),
  },
};
