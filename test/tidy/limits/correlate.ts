import { at, CACHE, STEP, type Rows } from "./row.ts";

const RESIDUE = "unit/correlate/residue/store-limits.test.ts";
const LISTED = "unit/correlate/dossier/write.test.ts";

/** Whose event it is and which grants it has; what the ledger keeps for it is in `ledger.ts`. */
export const CORRELATE: Rows = {
  "src/correlate/correlator.ts": {
    EDITIONS_MAX: at("unit/correlate/findings/editions.test.ts", "at most 500 that are said anew"),
    REVIEWS_MAX: at("unit/correlate/revise/revisions.test.ts", "at most 250 judged again at once"),
    REVIEWS_OF_BATCH_MIN: at(
      "unit/correlate/revise/revisions.test.ts",
      "holds up what comes one by one for few of the events",
    ),
  },
  "src/correlate/dossier/seals.ts": {
    LOOKED_AT_MAX: at("unit/correlate/dossier/seals.test.ts", "some at a time"),
  },
  "src/correlate/dossier/write.ts": {
    eventsMax: at(LISTED, "%s its limit lists what it may", "10_000"),
    listedMax: at(LISTED, "%s its limit lists what it may", "1_000"),
  },
  "src/correlate/evidence/api-requests.ts": {
    OTHERS_MAX: at("unit/correlate/findings/audit-id-others.test.ts", "the first 20 and the other"),
  },
  "src/correlate/evidence/listing.ts": {
    LISTING_CHANGES_MAX: at(
      "unit/correlate/grants/support-access-order.test.ts",
      "changes of one grant, and it is not open behind them",
    ),
  },
  "src/correlate/evidence/locks.ts": {
    CHANGES_MAX: at("unit/correlate/evidence/lock-changes.test.ts", "changes of one lock"),
  },
  "src/correlate/evidence/requests.ts": {
    RECORDS_MAX: at("unit/correlate/evidence/requests.test.ts", "are 1,000 at most"),
    OPEN_REVIEWS_MAX: at("unit/correlate/evidence/requests.test.ts", "keep 100 reviews"),
    RECORDS_AND_ENDS_MAX: at(
      "unit/correlate/evidence/requests.test.ts",
      "have room for what closes the request",
    ),
  },
  "src/correlate/findings/book.ts": { RECENT_MAX: CACHE },
  "src/correlate/findings/evidence.ts": {
    EVIDENCE_MAX: at("unit/correlate/findings/editions.test.ts", "keeps the earliest 1,000"),
    RECENT_MAX: CACHE,
    TAIL_MAX: at("unit/correlate/findings/evidence.test.ts", "are read once for 64 that go"),
  },
  "src/model/finding-severity.ts": {
    LEVEL_MAX: at("unit/correlate/findings/evidence.test.ts", "move up the worst first"),
  },
  "src/correlate/findings/subjects/due.ts": { LOOKED_AT_MAX: STEP },
  "src/correlate/grants/grants.ts": {
    derivedMax: at(
      "unit/correlate/grants/remembered.test.ts",
      "are the same however few are",
      "20_000",
    ),
    clustersMax: at("unit/correlate/grants/remembered.test.ts", "clusters are 3 at most", "64"),
    grantsMax: at(
      "unit/correlate/grants/remembered.test.ts",
      "are allowed and 3 are on them",
      "100_000",
    ),
  },
  "src/correlate/grants/shelf.ts": {
    CLOSED_MAX: at("unit/correlate/grants/shelf.test.ts", "that are over: the latest 200"),
  },
  "src/correlate/hold/release.ts": {
    RELEASES_MAX: at("unit/correlate/hold/hold.test.ts", "that are due 5,000 go in one call"),
    RELEASE_BYTES_MAX: at(
      "unit/correlate/hold/hold.test.ts",
      "so many go in one call as have 4 MiB",
    ),
  },
  "src/correlate/identity/vendors.ts": { NAMES_MAX: CACHE, NAME_LENGTH_MAX: CACHE },
  "src/correlate/residue/due.ts": { LOOKED_AT_MAX: STEP },
  "src/correlate/residue/residue.ts": {
    keysMax: at(RESIDUE, "are read again from the ledger beyond their limit", "1_500_000"),
  },
  "src/correlate/residue/store.ts": {
    REQUESTS_MAX: at(RESIDUE, "are 200 where a vendor wrote to it"),
    OTHERS_REQUESTS_MAX: at(RESIDUE, "are the 8 newest"),
  },
  "src/correlate/silence/silent.ts": {
    GRANTS_MAX: at(
      "unit/correlate/silence/silent.test.ts",
      "names at most 1,000 grants of a vendor",
    ),
  },
  "src/correlate/trace/candidates.ts": {
    TOLD_MAX: at("unit/correlate/trace/told.test.ts", "the twenty that are nearest in time"),
  },
};
