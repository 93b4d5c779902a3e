import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { request } from "../../../support/correlate.ts";
import {
  createPod,
  granted,
  patch,
  passTo,
  remove,
  residueAfter,
  residueIn,
  storyLine,
  template,
  write,
} from "../../../support/residue-story.ts";

const admin = { user: "wei@acme.example" };
const hostPath = { volumes: [{ name: "host", hostPath: { path: "/" } }] };

/** What vendors and others do to a few objects; a story is some of them. */
const POOL: readonly (readonly NormalizedEvent[])[] = [
  [createPod(20, "a")],
  [createPod(21, "b")],
  [createPod(90, "b")],
  [remove(50, "a", admin), createPod(60, "a", admin)],
  [remove(70, "b")],
  [remove(80, "b", { query: "dryRun=All" })],
  [write({ at: 85, verb: "deletecollection", resource: "pods", namespace: "ml", ...admin })],
  [write({ at: 95, verb: "delete", resource: "namespaces", name: "ml", ...admin })],
  [
    write({
      at: 22,
      verb: "create",
      resource: "serviceaccounts/token",
      namespace: "gpu",
      name: "sa",
    }),
  ],
  [
    write({
      at: 75,
      verb: "delete",
      resource: "serviceaccounts",
      namespace: "gpu",
      name: "sa",
      ...admin,
    }),
  ],
  [patch(30, template(hostPath))],
  [patch(31, template({ hostPID: true }))],
  [patch(40, template({ volumes: [{ name: "host", $patch: "delete" }] }))],
  [patch(45, template({ hostPID: null }), admin)],
  [patch(55, template({ hostPID: true }), admin)],
  [
    write({
      at: 65,
      verb: "update",
      resource: "daemonsets.apps",
      namespace: "gpu",
      name: "plugin",
      request: { spec: { template: { spec: { hostPID: true } } } },
      ...admin,
    }),
  ],
  [remove(98, "plugin", { resource: "daemonsets.apps", namespace: "gpu", ...admin })],
];

/** The end that the records state, or an earlier one. */
const ENDS: readonly (readonly NormalizedEvent[])[] = [[], [request("r1", "delete", { at: 58 })]];

describe("R2 the order of arrival", () => {
  it("H4 does not matter: any order, any batches and any copies of the records leave the same residue", () => {
    const story = fc.record({
      chosen: fc.uniqueArray(fc.nat({ max: POOL.length - 1 }), { minLength: 1, maxLength: 9 }),
      end: fc.nat({ max: ENDS.length - 1 }),
      order: fc.array(fc.nat(), { minLength: 14, maxLength: 14 }),
      copies: fc.array(fc.nat({ max: POOL.length - 1 }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(story, ({ chosen, end, order, copies }) => {
        const records = [
          ...granted(),
          ...(ENDS[end] ?? []),
          ...chosen.flatMap((at) => POOL[at] ?? []),
        ];
        const expected = residueAfter(
          records.toSorted((a, b) => a.event.occurredAt - b.event.occurredAt),
        );
        const again = copies.flatMap((at) => (chosen.includes(at) ? (POOL[at] ?? []) : []));
        const mixed = [...records, ...again]
          .map((record, at) => ({ record, place: order[at % order.length] ?? 0 }))
          .toSorted((a, b) => a.place - b.place);
        const line = storyLine();
        for (const { record } of mixed) line.feed(record);
        passTo(line, Infinity);
        expect(residueIn(line)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });
});
