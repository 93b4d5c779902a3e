import { describe, expect, it } from "vitest";
import { guaranteesOf } from "../../../src/generate/guarantees.ts";

const CALM = { written: 0, lost: 0, declared: 0, duplicated: 0, quarantined: 0 };
const KILLED = {
  fault: "kill -9",
  guarantee: "nothing is lost",
  sources: { kubernetesAuditFile: { ...CALM, written: 53_040 } },
  declared: 0,
  complaints: [],
  peers: [{ peer: "Peer", how: "defaults", lost: "9,262", written: "53,040" }],
};

describe("the table of guarantees", () => {
  it("says of a fault and a kind of source what its run showed, beside what others lost", () => {
    expect(guaranteesOf([KILLED]).split("\n").slice(0, 4)).toEqual([
      "| fault | what holds | `kubernetesAuditFile` | lost by others |",
      "| --- | --- | --- | --- |",
      "| kill -9 | nothing is lost | 0 of 53,040 | Peer, defaults: 9,262 of 53,040 |",
      "",
    ]);
  });

  it("says nothing of a kind of source that a fault was not tried on", () => {
    const other = { ...KILLED, sources: { teleportFile: { ...CALM, written: 7, quarantined: 2 } } };
    const lines = guaranteesOf([KILLED, other]).split("\n");
    expect(lines[2]).toContain("| 0 of 53,040 |  |");
    expect(lines[3]).toContain("|  | 0 of 7, 2 in quarantine |");
  });

  it("claims nothing where the fault does not reach, and says why; what was lost there it shows", () => {
    const sources = {
      kubernetesAuditFile: { ...CALM, written: 53_040 },
      kubernetesAuditWebhook: { ...CALM, written: 7 },
      teleportEventHandler: { ...CALM, written: 9, lost: 1 },
    };
    const reaches = { kinds: ["kubernetesAuditFile"], whyNotOthers: "only files are rotated" };
    const table = guaranteesOf([{ ...KILLED, fault: "rotation", sources, reaches }]);
    expect(table).toContain("| 0 of 53,040 | – | 1 of 9 |");
    expect(table).toContain("\n- –, rotation: only files are rotated.\n");
  });

  it("tells of what came more than once, which a reader compares with others", () => {
    const sources = { kubernetesAuditFile: { ...CALM, written: 24_638, duplicated: 31_660 } };
    expect(guaranteesOf([{ ...KILLED, sources }])).toContain("| 0 of 24,638, 31,660 copies |");
  });

  it("tells of what was lost, was declared, or was not as it must be", () => {
    const sources = { kubernetesAuditFile: { ...CALM, written: 10, lost: 3, declared: 2 } };
    const bad = { ...KILLED, sources, declared: 4, complaints: ["it came to a standstill"] };
    const table = guaranteesOf([bad]);
    expect(table).toContain("| 3 of 10, 2 declared |");
    expect(table).toContain("4 entries declared as lost");
    expect(table).toContain("NOT SHOWN");
  });
});
