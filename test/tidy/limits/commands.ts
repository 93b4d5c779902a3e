import { at, because, type Rows } from "./row.ts";

/** What a command reads and shows. */
export const COMMANDS: Rows = {
  "src/commands/dossier-verify.ts": {
    FILE_BYTES_MAX: at(
      "unit/config/limits.test.ts",
      "may have 1 MiB, and with one",
      "256 * 1024 * 1024",
    ),
  },
  "src/commands/dossier/html.ts": {
    WORD_LENGTH_MAX: at("unit/commands/dossier/html.test.ts", "breaks words of more than 16"),
  },
  "src/commands/event-line.ts": {
    PART_LENGTH_MAX: at(
      "unit/commands/event-line.test.ts",
      "shows 160 characters of a part at most",
    ),
  },
  "src/commands/explain-file.ts": {
    FILE_BYTES_MAX: at(
      "unit/commands/explain-file.test.ts",
      "takes a file of at most 16 MiB",
      "16 * 1024 * 1024",
    ),
  },
  "src/commands/explain-line.ts": {
    LINE_BYTES_MAX: at("unit/commands/explain-line.test.ts", "a line of up to 64 MiB"),
  },
  "src/commands/policy-lint-text.ts": {
    NAMES_MAX: because("how many names are written out; of more their number is said beside"),
  },
  "src/commands/policy-lint.ts": {
    FILE_BYTES_MAX: at("unit/commands/policy-lint.test.ts", "reads 4 MiB and not one byte more"),
  },
  "src/commands/quarantine.ts": {
    ROWS_MAX: because("rows of one table; a longer list is printed as several, none left out"),
  },
  "src/commands/read-lines.ts": {
    LINE_BYTES_MAX: at(
      "unit/commands/read-lines.test.ts",
      "may have so many bytes each",
      "256 * 1024 * 1024",
    ),
  },
  "src/policy-lint/read-policy.ts": {
    FAULTS_MAX: at("unit/policy-lint/audit-policy.test.ts", "tells the first ten of %i faults"),
  },
  "src/verify/dossier/check.ts": {
    SHOWN_MAX: at("unit/verify/check.test.ts", "the first ten are told"),
  },
};
