import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createGrants, type Grants } from "../../../../src/correlate/grants/grants.ts";
import { createVendors } from "../../../../src/correlate/identity/vendors.ts";
import type { Ledger } from "../../../../src/correlate/ledger/ledger.ts";
import { aPolicy, approved, at } from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";
import { countReads, readsOf } from "../../../support/ledger-reads.ts";

const USERS = ["dana@vendor.example", "eve@vendor.example", "zoe@vendor.example"];
const CLUSTERS = ["prod", "stage", "dev", null];
const IDS = Array.from({ length: 8 }, (_, number) => `r${number}`);

function ledgerOf(): Ledger {
  const line = createTestLine();
  for (const [number, id] of IDS.entries()) {
    const user = USERS[number % USERS.length] ?? "";
    line.feed(approved(id, { user, roles: [number % 2 === 0 ? "viewer" : "operator"] }));
  }
  return line.ledger;
}

type Limits = NonNullable<Parameters<typeof createGrants>[0]["limits"]>;

function grantsOf(ledger: Ledger, limits: Partial<Limits>): Grants {
  const policy = aPolicy();
  return createGrants({
    policy,
    ledger,
    vendors: createVendors(policy),
    limits: { derivedMax: 1_000, clustersMax: 1_000, grantsMax: 1_000, ...limits },
  });
}

interface Question {
  readonly of: "id" | "person" | "role" | "change";
  readonly number: number;
  readonly cluster: string | null;
}

const question: fc.Arbitrary<Question> = fc.record({
  of: fc.constantFrom("id", "person", "role", "change"),
  number: fc.nat({ max: 7 }),
  cluster: fc.constantFrom(...CLUSTERS),
});

function answer(grants: Grants, { of, number, cluster }: Question): unknown {
  if (of === "id") return grants.byId(IDS[number] ?? "", cluster);
  if (of === "person") return grants.ofPerson(USERS[number % 3] ?? "", cluster, at(50));
  if (of === "role")
    return grants.ofRole(number % 2 === 0 ? "viewer" : "operator", cluster, at(50));
  grants.changed(IDS[number] ?? "");
  return null;
}
describe("grants that are remembered", () => {
  it("are the same however few are, since beyond a limit they are made anew from the ledger", () => {
    const ledger = ledgerOf();
    const few = fc.record({
      derivedMax: fc.integer({ min: 1, max: 9 }),
      clustersMax: fc.integer({ min: 1, max: 4 }),
      grantsMax: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(few, fc.array(question, { maxLength: 40 }), (limits, questions) => {
        const [limited, unlimited] = [grantsOf(ledger, limits), grantsOf(ledger, {})];
        for (const each of questions)
          expect(answer(limited, each)).toEqual(answer(unlimited, each));
      }),
    );
  });

  it.each([
    [2, 0],
    [3, 0],
    [4, 1],
  ])(
    "of one grant on %i clusters are 3 at most: a name of a cluster may be anybody's",
    (count, reads) => {
      const ledger = ledgerOf();
      const grants = grantsOf(ledger, { derivedMax: 3 });
      for (let number = 0; number < count; number++) grants.byId("r0", `cluster-${number}`);
      const counts = countReads(ledger);
      grants.byId("r0", "cluster-0");
      expect(Math.min(1, readsOf(counts, "grants"))).toBe(reads);
    },
  );

  it.each([
    [2, false],
    [3, false],
    [4, true],
  ])("of one person on %i clusters are on the shelves of 3 at most", (count, isAnew) => {
    const ledger = ledgerOf();
    const grants = grantsOf(ledger, { clustersMax: 3 });
    const look = (number: number): unknown =>
      grants.ofPerson(USERS[0] ?? "", `cluster-${number}`, at(50));
    for (let number = 0; number < count; number++) look(number);
    const counts = countReads(ledger);
    look(0);
    expect(readsOf(counts, "grantsOfPerson") > 0).toBe(isAnew);
  });

  it.each([
    [2, true],
    [3, true],
    [4, false],
  ])(
    "are taken down from the shelves of a cluster where %i are allowed and 3 are on them",
    (grantsMax, isAnew) => {
      const ledger = ledgerOf();
      const grants = grantsOf(ledger, { grantsMax });
      for (const user of USERS.slice(0, 2)) grants.ofPerson(user, "prod", at(50));
      const counts = countReads(ledger);
      grants.ofPerson(USERS[0] ?? "", "prod", at(50));
      expect(readsOf(counts, "grantsOfPerson") > 0).toBe(isAnew);
    },
  );
});
