import { describe, expect, it } from "vitest";
import { createGrants } from "../../../../src/correlate/grants/grants.ts";
import { createVendors } from "../../../../src/correlate/identity/vendors.ts";
import { createDueResidue } from "../../../../src/correlate/residue/due.ts";
import { createResidueReader } from "../../../../src/correlate/residue/evaluate.ts";
import { createResidue } from "../../../../src/correlate/residue/residue.ts";
import { changeOf } from "../../../../src/normalize/kubernetes/change.ts";
import { aPolicy, at, request } from "../../../support/correlate.ts";
import {
  createPod,
  granted,
  patch,
  passTo,
  remove,
  residueIn,
  storyLine,
  template,
  write,
} from "../../../support/residue-story.ts";

const admin = { user: "wei@acme.example" };

describe("R2 when the grant has ended", () => {
  it("is said once the grant is over and the cluster's source has passed its end", () => {
    const line = storyLine();
    line.feed(granted(), createPod(20, "shell"));
    passTo(line, 999);
    passTo(line, 2_000, 1_000);
    expect(residueIn(line)).toEqual([]);
    const next = line.restart();
    passTo(next, 2_000, 1_000);
    expect(residueIn(next)).toEqual([]);
    passTo(line, 2_000, 1_001);
    expect(residueIn(line)).toEqual(["Pod ml/shell"]);
  });

  it("waits for the source of the cluster, and of no other", () => {
    const line = storyLine();
    line.feed(granted(), createPod(20, "shell"));
    const source = { name: "kube", dialect: "kubernetes-audit", cluster: "prod" } as const;
    const others = [
      { source: { ...source, name: "kube-2" }, watermark: 0 },
      { source: { ...source, name: "kube-3", cluster: "other" }, watermark: 0 },
    ];
    line.advance({ evidence: Infinity, sources: [{ source, watermark: Infinity }, ...others] });
    expect(residueIn(line)).toEqual([]);
    line.advance({
      evidence: Infinity,
      sources: [{ source, watermark: Infinity }, ...others.slice(1)],
    });
    expect(residueIn(line)).toEqual(["Pod ml/shell"]);
  });

  it("is said once, whatever happens afterwards, a restart included", () => {
    const line = storyLine();
    line.feed(granted(), createPod(20, "shell"));
    passTo(line, 2_000);
    line.feed(createPod(1_500, "shell-2"), remove(1_600, "shell", admin));
    passTo(line, 3_000);
    const again = line.restart();
    passTo(again, 4_000);
    const rebuilt = line.rebuild();
    passTo(rebuilt, 4_000);
    for (const each of [line, again, rebuilt]) expect(residueIn(each)).toEqual(["Pod ml/shell"]);
  });

  it.each([-Infinity, 500])(
    "stands while the sources of a process that starts anew have come less far than its end (%d)",
    (seconds) => {
      const line = storyLine();
      line.feed(granted(), createPod(20, "shell"));
      passTo(line, 2_000);
      for (const next of [line.restart(), line.rebuild()]) {
        const said = next.journal.length;
        passTo(next, seconds);
        passTo(next, 3_000);
        expect(next.journal.slice(said)).toEqual([]);
        expect(residueIn(next)).toEqual(["Pod ml/shell"]);
      }
    },
  );

  it("is taken back at once when the grant turns out to end later, and said again when that has passed", () => {
    const line = storyLine();
    line.feed(granted(), createPod(20, "shell"));
    passTo(line, 2_000);
    line.feed(request("r1", "update", { at: 900, state: "APPROVED", expires: at(9_000) }));
    for (let round = 0; round < 3; round++) passTo(line, 2_001 + round);
    expect(residueIn(line)).toEqual([]);
    passTo(line, 9_001);
    expect(residueIn(line)).toEqual(["Pod ml/shell"]);
  });

  it("what a crash left unsaid is said by the next process", () => {
    const line = storyLine();
    line.feed(granted(), createPod(20, "shell"));
    for (const next of [line.restart(), line.rebuild()]) {
      passTo(next, 2_000);
      expect(residueIn(next)).toEqual(["Pod ml/shell"]);
    }
  });

  it("evidence that comes late adds", () => {
    const line = storyLine();
    line.feed(granted());
    passTo(line, 2_000);
    line.feed(createPod(20, "shell"));
    passTo(line, 2_001);
    expect(residueIn(line)).toEqual(["Pod ml/shell"]);
  });

  it("a grant that turns out to have ended earlier has what there was then", () => {
    const line = storyLine();
    line.feed(granted(), createPod(20, "shell"), remove(500, "shell"));
    passTo(line, 2_000);
    expect(residueIn(line)).toEqual([]);
    line.feed(request("r1", "delete", { at: 100 }));
    passTo(line, 2_001);
    expect(residueIn(line)).toEqual(["Pod ml/shell"]);
  });

  it("of evidence that comes before what it is about nothing is forgotten", () => {
    const line = storyLine();
    line.feed(remove(30, "shell", admin));
    line.feed(patch(30, template({ hostPID: null }), admin));
    line.feed(write({ at: 40, verb: "delete", resource: "namespaces", name: "other", ...admin }));
    line.feed(granted(), createPod(20, "shell"), patch(20, template({ hostPID: true })));
    line.feed(createPod(20, "third", { namespace: "other" }));
    passTo(line, 2_000);
    expect(residueIn(line)).toEqual([]);
  });

  it("what evidence that comes late takes the reason from is to be withdrawn, until it is", () => {
    const line = storyLine();
    line.feed(granted(), createPod(20, "shell"), createPod(21, "other"));
    passTo(line, 2_000);
    const [finding] = line
      .findings("residue-at-grant-end")
      .filter(({ target }) => target.name === "shell");
    line.feed(remove(30, "shell", admin));
    const policy = aPolicy();
    const { ledger } = line;
    const residue = createResidue(ledger, changeOf);
    const due = createDueResidue({ ledger, residue, reader: createResidueReader(ledger) });
    due.watch(createGrants({ policy, ledger, vendors: createVendors(policy) }));
    const end = { evidence: Infinity, isEvidenceIdle: true, sources: [] };
    expect(due.take(end)).toEqual({ found: [], withdrawn: [finding?.id] });
    expect(due.take(end)).toEqual({ found: [], withdrawn: [] });
    const of = finding?.detail ?? null;
    if (finding === undefined || of === null || !("finding" in of)) throw new Error("No finding");
    const detail = {
      finding: { ...of.finding, firstId: finding.id, state: "withdrawn" },
    };
    residue.noteFinding({ ...finding, id: "second edition", detail });
    const again = createDueResidue({
      ledger,
      residue: createResidue(ledger, changeOf),
      reader: createResidueReader(ledger),
    });
    again.watch(createGrants({ policy, ledger, vendors: createVendors(policy) }));
    expect(again.take(end)).toEqual({ found: [], withdrawn: [] });
  });
});
