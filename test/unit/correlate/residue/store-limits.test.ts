import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { createLedger } from "../../../../src/correlate/ledger/ledger.ts";
import type { ResidueObject, ResidueRequest } from "../../../../src/correlate/ledger/kinds.ts";
import { createResidue, type Residue } from "../../../../src/correlate/residue/residue.ts";
import { createResidueStore, type ResidueStore } from "../../../../src/correlate/residue/store.ts";
import type { KubernetesFacts } from "../../../../src/model/facts.ts";
import { changeOf } from "../../../../src/normalize/kubernetes/change.ts";
import { createPod } from "../../../support/residue-story.ts";

const POD: ResidueObject = {
  cluster: "prod",
  apiGroup: "",
  resource: "pods",
  namespace: "ml",
  name: "p",
};

function request(id: string, at: number, act: ResidueRequest["act"] = "change"): ResidueRequest {
  return { id, at, receivedAt: at, act };
}

function aStore(): ResidueStore {
  return createResidueStore(createLedger(new DatabaseSync(":memory:"), () => 0));
}

/** The ids that are kept, by their time. */
function idsOf(store: ResidueStore): readonly string[] {
  return store
    .read(POD)
    .requests.toSorted((a, b) => a.at - b.at)
    .map(({ id }) => id);
}

function numbered(from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

describe("requests that are kept of one object", () => {
  it("are 200 where a vendor wrote to it; beyond, the oldest change goes and the object counts as changed", () => {
    const store = aStore();
    store.addVendors(POD, request("made", 0, "create"));
    for (let number = 1; number <= 199; number++) {
      if (number === 199) expect(store.read(POD).isCrowded).toBe(false);
      store.addVendors(POD, request(String(number), number));
    }
    expect(idsOf(store)).toEqual(["made", ...numbered(1, 199)]);
    expect(store.read(POD).isCrowded).toBe(false);
    store.addOthers(POD, request("200", 200));
    expect(idsOf(store)).toEqual(["made", ...numbered(2, 200)]);
    expect(store.read(POD).isCrowded).toBe(true);
  });

  it("let go first of what others do to it while nothing of a vendor is there, and it counts as changed no more than before", () => {
    const store = aStore();
    store.addVendors(POD, request("made", 0, "create"));
    store.addVendors(POD, request("changed", 1));
    for (let number = 2; number <= 300; number++)
      store.addOthers(POD, request(String(number), number, number % 2 === 0 ? "remove" : "create"));
    expect(idsOf(store).slice(0, 3)).toEqual(["made", "changed", "2"]);
    expect(idsOf(store).at(-1)).toBe("300");
    expect(store.read(POD).isCrowded).toBe(false);
  });

  it("keep a creation that turns out to be a vendor's afterwards: what others did since may be after the grant's end", () => {
    const store = aStore();
    store.addVendors(POD, request("made", 0, "create"));
    store.addOthers(POD, request("gone", 1, "remove"));
    store.addOthers(POD, request("again", 2, "create"));
    store.addVendors(POD, request("again", 2, "create"));
    for (let number = 3; number <= 300; number++)
      store.addOthers(POD, request(String(number), number, number % 2 === 0 ? "create" : "remove"));
    expect(idsOf(store).slice(0, 4)).toEqual(["made", "gone", "again", "3"]);
  });

  it("are the 8 newest where only others wrote to it, whatever the order they come in", () => {
    const store = aStore();
    for (const number of [3, 1, 2, 4, 7, 5, 6, 8]) {
      store.addOthers(POD, request(String(number), number));
      if (number === 6) expect(idsOf(store)).toEqual(numbered(1, 7));
    }
    expect(idsOf(store)).toEqual(numbered(1, 8));
    store.addOthers(POD, request("9", 9));
    expect(idsOf(store)).toEqual(numbered(2, 9));
    store.addOthers(POD, request("0", 0));
    expect(idsOf(store)).toEqual(numbered(2, 9));
  });
});

describe("keys that are held in memory", () => {
  it.each([4, 5, 6])(
    "are read again from the ledger beyond their limit, and lead to the same (%i)",
    (keysMax) => {
      const [few, many] = [keysMax, 1_000].map((most) => {
        const ledger = createLedger(new DatabaseSync(":memory:"), () => 0);
        return createResidue(ledger, changeOf, { keysMax: most });
      }) as [Residue, Residue];
      for (let number = 0; number < 6; number++) {
        const { event, facts } = createPod(20, `pod-${number}`);
        const grants = [`r${number % 2}`];
        const judged = {
          ...event,
          verdict: { ...event.verdict, coverage: "covered" as const, grants },
        };
        for (const each of [few, many]) each.noteJudged(judged, facts as KubernetesFacts);
        expect(few.grants()).toEqual(many.grants());
        for (const id of ["r0", "r1"]) expect(few.grants(id)).toEqual(many.grants(id));
      }
      expect(few.grants()).toHaveLength(2);
    },
  );
});
