import { expect, it } from "vitest";
import { explainEvent } from "../../../../src/correlate/explain.ts";
import { aPolicy, approved, kubernetes } from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";

it.each([
  [19, []],
  [20, []],
  [21, ["1 more, farther away in time"]],
])(
  "of %i candidates the twenty that are nearest in time are told one by one, and the rest counted: %j",
  (count, rest) => {
    const policy = aPolicy();
    const line = createTestLine({ policy });
    for (let n = 0; n < count; n++)
      line.feed(
        approved(`r${n}`, { requested: 10 * n, approved: 10 * n + 1, expires: 10 * n + 5 }),
      );
    const event = kubernetes({ at: 1_000, user: "dana@vendor.example", groups: ["v:viewers"] });
    const watermarks = { evidence: -Infinity, isEvidenceIdle: false };
    const { steps } = explainEvent(event, { policy, ledger: line.ledger, watermarks });
    const told = steps.flatMap(({ says }) => /^(r\d+) of "/.exec(says)?.[1] ?? []);
    const nearest = Array.from({ length: count }, (_, n) => `r${count - 1 - n}`).slice(0, 20);
    expect(told).toEqual(nearest);
    expect(
      steps.filter(({ says }) => says.includes("farther away")).map(({ says }) => says),
    ).toEqual(rest);
  },
);
