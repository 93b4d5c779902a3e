import { describe, expect, it } from "vitest";
import { serve } from "../../../src/run/serve.ts";
import { createQuickClock } from "../../support/quick-clock.ts";
import { aCollector, aConsumer, aLine, NO_END, until } from "./a-line.ts";

const BROKEN = new Error("Cannot write the quarantine");

describe("serve()", () => {
  it("ends every part at the signal, and not before", async () => {
    const stop = new AbortController();
    const ended: string[] = [];
    const run = (name: string) => (signal: AbortSignal) =>
      until(signal).then(() => void ended.push(name));
    const line = aLine({
      collectors: [aCollector("kube", run("kube")), aCollector("teleport", run("teleport"))],
      consumers: [aConsumer("siem", { run: run("siem") }), aConsumer("off", null)],
    });
    let rounds = 0;
    const advance = (): Promise<void> => {
      if (++rounds === 3) stop.abort();
      expect(ended).toEqual([]);
      return Promise.resolve();
    };
    const driven = { ...line, intake: { ...line.intake, advance } };
    await serve(driven, createQuickClock(), stop.signal);
    expect(ended.toSorted()).toEqual(["kube", "siem", "teleport"]);
  });

  it.each([
    ["consumer", [], [aConsumer("siem", { run: () => Promise.reject(BROKEN) })]],
    ["collector", [aCollector("kube", () => Promise.reject(BROKEN))], []],
  ])("ends the whole line with its error when a %s fails", async (_what, collectors, consumers) => {
    let hasEnded = false;
    const other = aCollector("teleport", (signal) =>
      until(signal).then(() => void (hasEnded = true)),
    );
    const line = aLine({
      collectors: [...collectors, other],
      consumers: [...consumers, aConsumer("bus", {})],
    });
    await expect(serve(line, createQuickClock(), NO_END)).rejects.toBe(BROKEN);
    expect(hasEnded).toBe(true);
  });

  it("ends the whole line when the journal cannot drop what is settled", async () => {
    const line = aLine({ consumers: [aConsumer("bus", {})] });
    const release = (): Promise<void> => Promise.reject(BROKEN);
    const failing = { ...line, journal: { ...line.journal, release } };
    await expect(serve(failing, createQuickClock(), NO_END)).rejects.toBe(BROKEN);
  });
});
