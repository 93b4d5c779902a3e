import { describe, expect, it } from "vitest";
import { createSink } from "../../../src/forward/sinks.ts";
import { ChaperoneError } from "../../../src/model/error.ts";
import type { EndpointSpec } from "../../../src/model/relay.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import type { Sink } from "../../../src/ports/sink.ts";
import { linesOfLog } from "../../support/disk-journal.ts";

function sinkOf(spec: EndpointSpec): Promise<Sink> {
  const deps = { organization: "acme", disk: nodeDisk, clock: systemClock, log: linesOfLog() };
  return createSink({ slug: "siem", displayName: "SIEM", spec }, deps);
}

describe("createSink()", () => {
  it("makes the sink of the endpoint's kind, which touches nothing before it is connected", async () => {
    const sink = await sinkOf({ kind: "file", path: "/nowhere/at/all.ndjson" });
    expect(sink.batch.entriesMax).toBeGreaterThan(0);
    await sink.close();
  });

  it("refuses a kind that this version cannot run, by name, and says which it can", async () => {
    const error: unknown = await sinkOf({ kind: "unbuilt", name: "https" }).catch(
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof ChaperoneError)) throw new TypeError("Expected a ChaperoneError");
    expect(error.code).toBe("CONFIG_KIND_NOT_BUILT");
    expect(error.message).toContain('"siem": this version has no sink of the kind "https"');
    expect(error.hint).toMatch(/^Kinds it has: .*\bfile\b/);
  });
});
