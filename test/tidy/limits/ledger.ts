import { at, because, STEP, type Rows } from "./row.ts";

/** The tables on disk, and what lies over them. */
export const LEDGER: Rows = {
  "src/correlate/ledger/intervals.ts": {
    ENDLESS_MAX: at("unit/correlate/ledger/endless.test.ts", "the 200 that began last"),
  },
  "src/correlate/ledger/kept-text.ts": {
    KEPT_BYTES_MAX: at("unit/correlate/evidence/requests.test.ts", "is kept up to 4 KiB"),
  },
  "src/correlate/ledger/ledger.ts": {
    ROWS_MAX: at("unit/correlate/ledger/rows.test.ts", "stay in a table of at most 3"),
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
