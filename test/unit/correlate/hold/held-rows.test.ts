import { expect, it } from "vitest";
import { ROWS_MAX } from "../../../../src/correlate/ledger/ledger.ts";
import { HELD_EVENTS_MOST } from "../../../../src/model/policy.ts";

it.each(["holds", "heldEvents", "heldOriginals"] as const)(
  "the ledger has room in %s for more events than may ever wait: of one whose row went nobody would hear again",
  (table) => {
    // What a batch adds before the oldest are released stands there too.
    expect(ROWS_MAX[table]).toBeGreaterThan(HELD_EVENTS_MOST + 1_000_000);
  },
);
