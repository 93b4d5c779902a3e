import { describe, expect, it } from "vitest";
import { createWatermarks } from "../../../src/collect/watermarks.ts";
import type { Source } from "../../../src/model/record.ts";
import { MICROS_PER_SECOND } from "../../../src/model/time.ts";
import type { Progress } from "../../../src/ports/collector.ts";

const kube: Source = { name: "kube", dialect: "kubernetes-audit", cluster: "prod" };
const root: Source = { name: "root", dialect: "teleport", cluster: null };
const leaf: Source = { name: "leaf", dialect: "teleport", cluster: null };
const never = new AbortController().signal;

const seconds = (n: number): number => n * MICROS_PER_SECOND;
const atEnd = (caughtUpAt: number): Progress => ({
  behind: [],
  caughtUpAt,
  isFailing: false,
  hasEnded: false,
});
const behind = (...parts: string[]): Progress => ({ ...atEnd(0), behind: parts, caughtUpAt: null });
const three = () => createWatermarks({ sources: [kube, root, leaf], latenessMs: 60_000 });

describe("watermarks (H2)", () => {
  it("H2 a source of which nothing is known yet has none", () => {
    expect(three().current()).toMatchObject({ evidence: -Infinity, isEvidenceIdle: false });
  });

  it("H2 a source at its end stands where it last found nothing new, less the lateness", () => {
    const marks = three();
    marks.progress(root, atEnd(seconds(1_000)));
    marks.progress(leaf, atEnd(seconds(2_000)));
    expect(marks.current()).toMatchObject({ evidence: seconds(940), isEvidenceIdle: true });
  });

  it("H2 says how far each source has come by itself", () => {
    const marks = three();
    marks.progress(kube, atEnd(seconds(1_000)));
    marks.progress(root, atEnd(seconds(2_000)));
    expect(marks.current().sources).toEqual([
      { source: kube, watermark: seconds(940) },
      { source: root, watermark: seconds(1_940) },
      { source: leaf, watermark: -Infinity },
    ]);
  });

  it("H2 a source that is behind stands at the smallest of its unread files", () => {
    const marks = three();
    marks.progress(leaf, atEnd(seconds(5_000)));
    marks.observe(root, "old", seconds(300));
    marks.observe(root, "new", seconds(900));
    marks.progress(root, behind("old", "new"));
    expect(marks.current()).toMatchObject({ evidence: seconds(240), isEvidenceIdle: false });
    marks.observe(root, "old", seconds(700));
    expect(marks.state("root").watermark).toBe(seconds(640));
  });

  it("H2 an unread file of which nothing was read holds the watermark at the beginning", () => {
    const marks = three();
    marks.progress(leaf, atEnd(seconds(5_000)));
    marks.progress(root, behind("fresh"));
    expect(marks.current().evidence).toBe(-Infinity);
  });

  it("H2 a failing source stands still and does not stop the clock of holdFor", () => {
    const marks = three();
    marks.progress(leaf, atEnd(seconds(5_000)));
    marks.progress(root, atEnd(seconds(1_000)));
    marks.progress(root, { ...atEnd(seconds(4_000)), isFailing: true });
    expect(marks.current()).toMatchObject({ evidence: seconds(940), isEvidenceIdle: true });
  });

  it("H2 the end of the input makes the watermark infinite", () => {
    const marks = three();
    for (const source of [root, leaf])
      marks.progress(source, { ...behind("unread"), hasEnded: true });
    expect(marks.current()).toMatchObject({ evidence: Infinity, isEvidenceIdle: true });
  });

  it("H2 the input is over when every source has ended, those without evidence too", () => {
    const marks = three();
    for (const source of [root, leaf]) marks.progress(source, { ...atEnd(1), hasEnded: true });
    expect(marks.current().hasEnded).toBe(false);
    marks.progress(kube, { ...atEnd(1), hasEnded: true });
    expect(marks.current().hasEnded).toBe(true);
  });

  it("H2 without any Teleport source there is no evidence to wait for", () => {
    const marks = createWatermarks({ sources: [kube], latenessMs: 60_000 });
    expect(marks.current()).toMatchObject({ evidence: Infinity, isEvidenceIdle: true });
  });

  it("H2 a source that runs ahead of an unread Teleport source waits until that has come as far", async () => {
    const marks = three();
    marks.progress(leaf, atEnd(seconds(5_000)));
    marks.progress(root, behind("file"));
    let isAdmitted = false;
    const admission = marks.admit(kube, seconds(500), never).then(() => (isAdmitted = true));
    marks.observe(root, "file", seconds(559));
    await Promise.resolve();
    expect(isAdmitted).toBe(false);
    marks.observe(root, "file", seconds(560));
    await admission;
    expect(isAdmitted).toBe(true);
  });

  it("H2 a Teleport source never waits, and nothing waits for one at its end or failing", async () => {
    const marks = three();
    await marks.admit(root, seconds(9_999), never);
    marks.progress(leaf, atEnd(seconds(1)));
    marks.progress(root, { ...behind("file"), isFailing: true });
    await marks.admit(kube, seconds(9_999), never);
  });

  it("H1 sources of grants beside Teleport neither wait nor are waited for", async () => {
    const support: Source = { name: "support", dialect: "support-access", cluster: "prod" };
    const slack: Source = { name: "slack", dialect: "out-of-band", cluster: null };
    const marks = createWatermarks({ sources: [root, support, slack], latenessMs: 60_000 });
    marks.progress(root, behind("file"));
    await marks.admit(support, seconds(9_999), never);
    await marks.admit(slack, seconds(9_999), never);
    marks.progress(root, atEnd(seconds(500)));
    marks.progress(support, { ...behind("file"), isFailing: true });
    expect(marks.current()).toMatchObject({ evidence: seconds(440), isEvidenceIdle: true });
  });

  it("H2 an aborted wait ends", async () => {
    const marks = three();
    const stop = new AbortController();
    const admission = marks.admit(kube, seconds(1), stop.signal);
    stop.abort();
    await admission;
  });

  it("H2 an earlier record behind a later one does not take the watermark back", () => {
    const marks = three();
    marks.progress(root, behind("part"));
    marks.observe(root, "part", seconds(900));
    marks.observe(root, "part", seconds(300));
    expect(marks.state("root").watermark).toBe(seconds(840));
  });

  it("H2 a wait that begins when it is time to end, ends", async () => {
    await three().admit(kube, seconds(1), AbortSignal.abort());
  });

  it("H2 of 20,000 parts none is forgotten, and of more the one that was read longest ago", () => {
    const marks = three();
    marks.progress(root, behind("first", "part-1"));
    marks.observe(root, "first", seconds(500));
    for (let n = 1; n < 20_000; n++) marks.observe(root, `part-${n}`, seconds(600));
    expect(marks.state("root").watermark).toBe(seconds(440));
    marks.observe(root, "first", seconds(700));
    marks.observe(root, "part-20000", seconds(800));
    expect(marks.state("root").watermark).toBe(-Infinity);
    marks.progress(root, behind("first", "part-2"));
    expect(marks.state("root").watermark).toBe(seconds(540));
  });

  it("H2 a source of recordings holds back nobody, and lets nothing go that waits for the log", () => {
    const recordings: Source = { name: "rec", dialect: "teleport-recording", cluster: null };
    const marks = createWatermarks({ sources: [root, recordings], latenessMs: 60_000 });
    marks.progress(root, atEnd(seconds(1_000)));
    for (const progress of [behind("a.tar"), atEnd(seconds(9_000))]) {
      marks.observe(recordings, "a.tar", seconds(8_000));
      marks.progress(recordings, progress);
      expect(marks.current()).toMatchObject({ evidence: seconds(940), isEvidenceIdle: true });
      expect(marks.state("rec").watermark).toBe(-Infinity);
    }
    marks.progress(recordings, { ...atEnd(seconds(9_000)), hasEnded: true });
    expect(marks.current()).toMatchObject({ evidence: seconds(940), hasEnded: false });
  });

  it("H2 a recording that is ahead of a Teleport log that is not at its end waits for it", async () => {
    const recordings: Source = { name: "rec", dialect: "teleport-recording", cluster: null };
    const marks = createWatermarks({ sources: [root, recordings], latenessMs: 60_000 });
    marks.observe(root, "log", seconds(100));
    marks.progress(root, behind("log"));
    let isAdmitted = false;
    const admitted = marks.admit(recordings, seconds(500), never).then(() => (isAdmitted = true));
    await Promise.resolve();
    expect(isAdmitted).toBe(false);
    marks.progress(root, atEnd(seconds(1_000)));
    await admitted;
  });
});
