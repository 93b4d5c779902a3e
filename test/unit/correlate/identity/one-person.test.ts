import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import {
  AGENT,
  aPolicy,
  approved,
  aRole,
  aVendor,
  kubernetes,
  LEAF,
  ROOT,
  teleport,
} from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { factsOfAll, READONLY, snapshot, supportGrantId } from "../../../support/grant-sources.ts";

const DANA = "dana@vendor.example";
const REMOTE = `remote-${DANA}-${ROOT}`;

/** Everything that Dana does, under each name by which an origin knows her. */
const AS: readonly (readonly [name: string, event: NormalizedEvent, grants: readonly string[]])[] =
  [
    [
      "Teleport's user",
      teleport({
        id: "user",
        event: "exec",
        at: 20,
        user: DANA,
        cluster: ROOT,
        accessRequests: ["r1"],
      }),
      ["r1"],
    ],
    [
      "a leaf's user",
      teleport({ id: "leaf", event: "exec", at: 21, user: REMOTE, cluster: LEAF }),
      ["r1"],
    ],
    [
      "the Kubernetes user that an agent impersonates",
      kubernetes({ id: "as", at: 22, user: AGENT, as: DANA, asGroups: ["v:viewers"] }),
      ["r1"],
    ],
    [
      "the Kubernetes user that a leaf's agent impersonates",
      kubernetes({ id: "as-leaf", at: 23, user: AGENT, as: REMOTE, asGroups: ["v:viewers"] }),
      ["r1"],
    ],
    [
      "the name of her certificate",
      kubernetes({ id: "cert", at: 24, user: DANA, groups: ["v:viewers"] }),
      ["r1"],
    ],
    [
      "the requestor of a snapshot, whose role her certificate carries",
      kubernetes({ id: "requestor", at: 25, user: DANA, groups: ["c:readonly"] }),
      [supportGrantId({ requestor: DANA })],
    ],
  ];

/** A vendor with grants of both kinds. */
function bothKinds(): TestLine {
  const role = aRole({ name: READONLY, kubernetesGroups: ["c:readonly"] });
  const vendor = aVendor({ roles: [...aVendor().roles, role] });
  return createTestLine({ policy: aPolicy({ vendors: [vendor] }), factsOf: factsOfAll });
}

describe("one person under all their names", () => {
  it.each(AS)("W2 M5 as %s has the person's grants", (_, event, grants) => {
    const line = bothKinds();
    line.feed(approved("r1"), snapshot(5, { requests: [{ requestor: DANA }] }), event);
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    const found = line.finalVerdict(event.event.id);
    expect(found?.grants).toEqual(expect.arrayContaining([...grants]));
    const stored = line.ledger.judged.get(event.event.id);
    expect(stored?.principal).toBe(DANA);
  });

  it("W6 another spelling of a name is another person", () => {
    const line = bothKinds();
    const other = kubernetes({ id: "e", at: 20, user: AGENT, as: DANA.toUpperCase() });
    line.feed(approved("r1"), other);
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(line.finalVerdict("e")).toMatchObject({ coverage: "uncovered", grants: [] });
  });
});
