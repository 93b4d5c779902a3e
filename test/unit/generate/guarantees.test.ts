import { describe, expect, it } from "vitest";
import { guaranteesOf } from "../../../src/generate/guarantees.ts";

const KILLED = {
  fault: "kill -9",
  guarantee: "nothing is lost",
  sources: { kubernetesAuditFile: { written: 53_040, lost: 0, quarantined: 0 } },
  declared: 0,
  complaints: [],
  peers: [{ peer: "Peer", how: "defaults", lost: "9,262", written: "53,040" }],
};

describe("the table of guarantees", () => {
  it("says of a fault and a kind of source what its run showed, beside what others lost", () => {
    expect(guaranteesOf([KILLED])).toBe(
      [
        "| fault | what holds | `kubernetesAuditFile` | lost by others |",
        "| --- | --- | --- | --- |",
        "| kill -9 | nothing is lost | 0 of 53,040 | Peer, defaults: 9,262 of 53,040 |",
        "",
      ].join("\n"),
    );
  });

  it("says nothing of a kind of source that a fault was not tried on", () => {
    const other = { ...KILLED, sources: { teleportFile: { written: 7, lost: 0, quarantined: 2 } } };
    const lines = guaranteesOf([KILLED, other]).split("\n");
    expect(lines[2]).toContain("| 0 of 53,040 |  |");
    expect(lines[3]).toContain("|  | 0 of 7, 2 in quarantine |");
  });

  it("tells of what was lost, was declared, or was not as it must be", () => {
    const sources = { kubernetesAuditFile: { written: 10, lost: 3, quarantined: 0 } };
    const bad = { ...KILLED, sources, declared: 4, complaints: ["it came to a standstill"] };
    const table = guaranteesOf([bad]);
    expect(table).toContain("| 3 of 10 |");
    expect(table).toContain("4 declared as lost");
    expect(table).toContain("NOT SHOWN");
  });
});
