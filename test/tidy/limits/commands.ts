import { at, because, NOT_YET, type Rows } from "./row.ts";

/** What a command reads and shows. */
export const COMMANDS: Rows = {
  "src/commands/dossier-verify.ts": {
    FILE_BYTES_MAX: NOT_YET,
  },
  "src/commands/dossier/html.ts": {
    WORD_LENGTH_MAX: at("unit/commands/dossier/html.test.ts", "breaks no word but long ones"),
  },
  "src/commands/event-line.ts": {
    PART_LENGTH_MAX: at("unit/commands/event-line.test.ts", "nor fill it"),
  },
  "src/commands/explain-file.ts": {
    FILE_BYTES_MAX: at("unit/commands/explain-file.test.ts", "takes a file of at most 16 MiB"),
  },
  "src/commands/explain-line.ts": {
    LINE_BYTES_MAX: at("unit/commands/explain-line.test.ts", "a line of up to 64 MiB"),
  },
  "src/commands/policy-lint-text.ts": {
    NAMES_MAX: because("how many names are written out; of more their number is said beside"),
  },
  "src/commands/policy-lint.ts": {
    FILE_BYTES_MAX: because("above the longest text that is read as YAML, whose limit is tested"),
  },
  "src/commands/quarantine.ts": {
    ROWS_MAX: because("rows of one table; a longer list is printed as several, none left out"),
  },
  "src/policy-lint/read-policy.ts": {
    FAULTS_MAX: NOT_YET,
  },
  "src/verify/dossier/check.ts": {
    SHOWN_MAX: NOT_YET,
  },
};
