import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { changeOf } from "../../../../src/normalize/kubernetes/change.ts";
import { keyOf, partsOf } from "../../../../src/correlate/ledger/key.ts";
import { createLedger } from "../../../../src/correlate/ledger/ledger.ts";
import { createResidue } from "../../../../src/correlate/residue/residue.ts";
import { objectKey } from "../../../../src/correlate/residue/store.ts";

const podOf = (n: number) => ({
  cluster: "prod",
  apiGroup: "",
  resource: "pods",
  namespace: "ml",
  name: `pod-${n}`,
});

/** A ledger in whose file so many objects of two grants stand, as an earlier process left it. */
function aLedger(objects: number) {
  const database = new DatabaseSync(":memory:");
  const ledger = createLedger(database, () => 0);
  for (let n = 0; n < objects; n++) {
    const object = podOf(n);
    const grant = n % 2 === 0 ? "even" : "odd";
    ledger.residueOfGrant.put(keyOf(grant, "prod", objectKey(object)), { grant, object });
  }
  ledger.commitment.applied({ partition: 0, sequence: 1, locator: "x" });
  ledger.commitment.write();
  return createLedger(database, () => 0);
}

describe("a start over what earlier processes left", () => {
  it.each([
    [0, 1],
    [1_999, 1],
    [2_000, 2],
    [2_001, 2],
    [4_001, 3],
  ])("reads %d objects in %d parts, each of them bounded", (objects, parts) => {
    const residue = createResidue(aLedger(objects), changeOf);
    let read = 1;
    while (!residue.getReady()) read++;
    expect(read).toBe(parts);
    expect(residue.getReady()).toBe(true);
    expect(residue.grants()).toHaveLength(Math.min(2, objects));
  });

  it("knows all of it at once where it is asked before the last part", () => {
    const residue = createResidue(aLedger(4_001), changeOf);
    residue.getReady();
    expect(residue.grants("odd")).toEqual([{ grant: "odd", cluster: "prod" }]);
    expect(residue.takeTouched()).toEqual([
      { grant: "even", cluster: "prod" },
      { grant: "odd", cluster: "prod" },
    ]);
    expect(residue.getReady()).toBe(true);
  });
});

it.each([
  [["a", "b"]],
  [[""]],
  [["", "", ""]],
  [["a\u001fb", "c\u001e", "\u001e\u001f"]],
  [[keyOf("x\u001f", "y"), "\u001e"]],
])("a key's parts are what it was made of: %j", (parts) => {
  expect(partsOf(keyOf(...parts))).toEqual(parts);
});
