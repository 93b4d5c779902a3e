import { expect, it } from "vitest";
import type { RowsMax } from "../../../../src/correlate/ledger/ledger.ts";
import type { TestLine } from "../../../support/correlate-line.ts";
import {
  createPod,
  granted,
  passTo,
  remove,
  residueIn,
  storyLine,
} from "../../../support/residue-story.ts";

const admin = { user: "wei@acme.example" };
const END = 1_000;

/** Dana leaves a pod, which is found when the grant has ended. */
function found(rowsMax: RowsMax = {}): TestLine {
  const line = storyLine(undefined, rowsMax);
  line.feed(granted(), createPod(20, "shell"));
  passTo(line, 5_000);
  expect(residueIn(line)).toEqual(["Pod ml/shell"]);
  return line;
}

/** Somebody else deletes the pod and makes it again, after the grant's end: times `from` to `to` of these. */
function flood(line: TestLine, from: number, to: number): void {
  for (let n = from; n < to; n++)
    line.feed(
      remove(END + 100 + 2 * n, "shell", admin),
      createPod(END + 101 + 2 * n, "shell", admin),
    );
}

it("what was found stands when very much is done to the object after the grant's end", () => {
  const line = found();
  flood(line, 0, 150);
  passTo(line, 9_000);
  expect(residueIn(line)).toEqual(["Pod ml/shell"]);
});

it("what was left is found when very much was done to the object after the end, before all of its time had come", () => {
  const line = storyLine();
  flood(line, 0, 150);
  line.feed(granted(), createPod(20, "shell"));
  flood(line, 150, 300);
  passTo(line, 9_000);
  expect(residueIn(line)).toEqual(["Pod ml/shell"]);
});

it.each<RowsMax>([{ residue: 1 }, { residueRequests: 1 }, { residueOfGrant: 1 }])(
  "what was found stands when a full ledger lets go of what it was found by: %j",
  (rowsMax) => {
    const line = found(rowsMax);
    line.feed(createPod(30, "other"), createPod(31, "third"));
    passTo(line, 5_000);
    expect(residueIn(line)).toContain("Pod ml/shell");
    const again = line.restart();
    passTo(again, 9_000);
    expect(residueIn(again)).toContain("Pod ml/shell");
  },
);

it("is withdrawn all the same when what is known takes its reason away", () => {
  const line = found({ residue: 2 });
  line.feed(remove(500, "shell", admin));
  passTo(line, 9_000);
  expect(residueIn(line)).toEqual([]);
});
