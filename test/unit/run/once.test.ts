import { describe, expect, it } from "vitest";
import type { PipelineState } from "../../../src/forward/state.ts";
import { runOnce } from "../../../src/run/once.ts";
import { anEvent } from "../../support/entries.ts";
import { createMemoryJournal } from "../../support/memory-journal.ts";
import { createQuickClock } from "../../support/quick-clock.ts";
import { aCollector, aConsumer, aLine, NO_END, positionAt, until } from "./a-line.ts";

const BROKEN = new Error("Cannot write the quarantine");
const around = () => ({ clock: createQuickClock(), settleMsMax: 1_000 });
const state = (): PipelineState =>
  ({ lagEntries: 1, lastError: null, lastProgressMs: 0 }) as PipelineState;

describe("runOnce()", () => {
  it("reads everything, then lets all holds go, then settles, then ends the consumers", async () => {
    const steps: string[] = [];
    const line = aLine({
      collectors: ["kube", "teleport"].map((name) =>
        aCollector(name, async () => void steps.push(`${name} read`)),
      ),
      consumers: [
        aConsumer("siem", {
          state,
          run: (signal) => until(signal).then(() => void steps.push("siem ended")),
          settled: async () => steps.push("siem settled") > 0,
        }),
      ],
    });
    const advance = async (): Promise<void> => void steps.push("released");
    const driven = { ...line, intake: { ...line.intake, advance } };
    expect(await runOnce(driven, around(), NO_END)).toEqual([]);
    expect(steps).toEqual(["kube read", "teleport read", "released", "siem settled", "siem ended"]);
  });

  it("resolves with the consumers that could not settle", async () => {
    const settled = (_: unknown, signal: AbortSignal): Promise<boolean> =>
      until(signal).then(() => false);
    const line = aLine({
      consumers: [aConsumer("siem", { state, settled }), aConsumer("ok", { state })],
    });
    expect(await runOnce(line, around(), NO_END)).toMatchObject([{ consumer: "siem", entries: 1 }]);
  });

  it("settles what was journaled while it settled, a declared loss say, before it ends", async () => {
    const journal = createMemoryJournal([anEvent()]);
    const asked: number[] = [];
    const settled = async ({ sequence }: { readonly sequence: number }): Promise<boolean> => {
      if (asked.push(sequence) === 1) journal.add(anEvent());
      return true;
    };
    const line = aLine({ journal, consumers: [aConsumer("siem", { state, settled })] });
    expect(await runOnce(line, around(), NO_END)).toEqual([]);
    expect(asked).toEqual([1, 2]);
  });

  it("ends with the error of a consumer that fails while sources are read", async () => {
    let hasEnded = false;
    const line = aLine({
      collectors: [
        aCollector("kube", (signal) => until(signal).then(() => void (hasEnded = true))),
      ],
      consumers: [
        aConsumer("siem", { state, run: () => Promise.reject(BROKEN) }),
        aConsumer("bus", { state }),
      ],
    });
    await expect(runOnce(line, around(), NO_END)).rejects.toBe(BROKEN);
    expect(hasEnded).toBe(true);
  });

  it("ends with the error of a collector that fails, the other collectors and the consumers stopped", async () => {
    const line = aLine({
      collectors: [
        aCollector("kube", () => Promise.reject(BROKEN)),
        aCollector("teleport", (signal) => until(signal)),
      ],
      consumers: [aConsumer("siem", { state })],
    });
    await expect(runOnce(line, around(), NO_END)).rejects.toBe(BROKEN);
  });

  it("ends at the signal, lets no hold go early, and names what waits", async () => {
    const stop = new AbortController();
    let releases = 0;
    const settled = (_: unknown, signal: AbortSignal): Promise<boolean> =>
      until(signal).then(() => false);
    const line = aLine({
      collectors: [aCollector("kube", (signal) => until(signal))],
      consumers: [aConsumer("siem", { state, settled })],
    });
    const advance = async (): Promise<void> => void releases++;
    const once = runOnce({ ...line, intake: { ...line.intake, advance } }, around(), stop.signal);
    stop.abort();
    expect(await once).toMatchObject([{ consumer: "siem" }]);
    expect(releases).toBe(0);
  });

  it("lets the journal drop what is settled meanwhile, so that a full one does not stop the reading", async () => {
    const read = Promise.withResolvers<void>();
    const line = aLine({ collectors: [aCollector("kube", () => read.promise)] });
    const release = async ({ sequence }: { readonly sequence: number }): Promise<void> => {
      expect(sequence).toBe(positionAt(0).sequence);
      read.resolve();
    };
    await runOnce({ ...line, journal: { ...line.journal, release } }, around(), NO_END);
  });
});
