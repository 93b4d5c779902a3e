import { expect, it } from "vitest";
import { GROWTH_EVERY_MS } from "../../../../src/correlate/findings/due.ts";
import { approved, kubernetes } from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";

const CALL = { user: "dana@vendor.example", groups: ["v:viewers"], auditId: "mine" };

// An id that is used more often is found all the same: the finding is about the id.
it.each([19, 20, 21])(
  "audit-id-reused names of %i requests under one audit id, all alike until another comes, the first 20 and the other",
  (count) => {
    const line = createTestLine();
    line.feed(approved("r1"));
    for (let n = 0; n < count; n++)
      line.feed(kubernetes({ ...CALL, id: `alike ${n}`, at: 20 + n / 1_000 }));
    line.feed(kubernetes({ ...CALL, id: "other", at: 21, uri: "/api/v1/pods/z", verb: "watch" }));
    for (let times = 0; times < 3; times++) {
      line.passTime(GROWTH_EVERY_MS);
      line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
    }
    const alike = Array.from({ length: Math.min(count, 20) }, (_, n) => `alike ${n}`);
    expect(line.findings("audit-id-reused").at(-1)?.detail).toMatchObject({
      finding: { evidence: [...alike, "other"] },
    });
  },
);
