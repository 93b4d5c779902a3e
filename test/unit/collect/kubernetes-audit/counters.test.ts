import { describe, expect, it } from "vitest";
import { createCounterLines } from "../../../../src/collect/kubernetes-audit/completeness/counters.ts";
import { failedSince } from "../../../../src/collect/kubernetes-audit/completeness/saved-failures.ts";

function read(...lines: readonly string[]): unknown {
  const counters = createCounterLines();
  for (const line of lines) counters.push(line);
  return counters.read();
}

describe("the counters of an API server", () => {
  it("are its audit events, and what its backends gave up, the log file's aside", () => {
    expect(
      read(
        "# HELP apiserver_audit_event_total [ALPHA] Counter of audit events",
        "apiserver_audit_event_total 1.2478e+04",
        'apiserver_audit_error_total{plugin="buffered"} 9104',
        'apiserver_audit_error_total{plugin="webhook"} 2 1795315880000',
        'apiserver_audit_error_total{plugin="log"} 5',
        'apiserver_audit_level_total{level="Metadata"} 7',
        "apiserver_audit_event_total_other 1",
      ),
    ).toEqual({ made: 12_478, failed: 9_106 });
  });

  it("are none where nothing counts audit events", () => {
    expect(read("go_goroutines 7", 'apiserver_audit_error_total{plugin="webhook"} 2')).toBe(null);
  });

  it.each(["1e309", "1e300", "1.2.3", "0.5"])(
    "are none where a server counts %s: no event and no checkpoint could hold what follows from it",
    (count) => {
      expect(read(`apiserver_audit_event_total ${count}`)).toBe(null);
      const error = `apiserver_audit_error_total{plugin="webhook"} ${count}`;
      expect(read("apiserver_audit_event_total 7", error)).toBe(null);
    },
  );

  it("give what failed since another time, all of it where the server was started anew", () => {
    const saved = {
      version: 1,
      to: 0,
      failed: [
        ["a", 5],
        ["b", 9],
        ["gone", 3],
      ],
    } as const;
    const now = new Map([
      ["a", { made: 0, failed: 7 }],
      ["b", { made: 0, failed: 4 }],
      ["new", { made: 0, failed: 100 }],
    ]);
    expect(failedSince(saved, now)).toBe(2 + 4);
  });
});
