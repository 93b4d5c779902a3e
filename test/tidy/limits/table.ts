import { COLLECT } from "./collect.ts";
import { COMMANDS } from "./commands.ts";
import { CONFIG } from "./config.ts";
import { CORRELATE } from "./correlate.ts";
import { FORWARD } from "./forward.ts";
import { JOURNAL } from "./journal.ts";
import { LEDGER } from "./ledger.ts";
import { NORMALIZE } from "./normalize.ts";
import { OPERATE } from "./operate.ts";
import { RECEIVED } from "./received.ts";
import type { Rows } from "./row.ts";

/** Every limit of the product, and where its edge is tested. */
export const TABLE: Rows = {
  ...COLLECT,
  ...COMMANDS,
  ...CONFIG,
  ...CORRELATE,
  ...FORWARD,
  ...JOURNAL,
  ...LEDGER,
  ...NORMALIZE,
  ...OPERATE,
  ...RECEIVED,
};
