import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { HOME, organizationHome } from "../config/home.ts";
import { createLedger, type Ledger } from "../correlate/ledger/ledger.ts";
import { openDatabase } from "../platform/database.ts";

/**
 * Hands the ledger to `use` and closes it. A process that is running may go on writing it meanwhile. Where nothing ever ran it is an
 * empty one in memory: to look must not make files.
 */
export function withLedger<T>(
  configuration: Configuration,
  use: (ledger: Ledger, isThere: boolean) => T,
): T {
  const path = join(organizationHome(configuration), HOME.ledger);
  const isThere = existsSync(path);
  const database = openDatabase(isThere ? path : ":memory:");
  try {
    return use(createLedger(database), isThere);
  } finally {
    database.close();
  }
}
