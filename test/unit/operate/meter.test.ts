import { describe, expect, it } from "vitest";
import { createExposition } from "../../../src/operate/exposition.ts";
import { createMeter } from "../../../src/operate/meter.ts";

describe("createMeter()", () => {
  it("adds to counters and sets gauges, by label", async () => {
    const meter = createMeter();
    meter.add("chaperone_records_read_total", { source: "a" }, 2);
    meter.add("chaperone_records_read_total", { source: "a" }, 3);
    meter.add("chaperone_records_read_total", { source: "b" }, 7);
    meter.set("chaperone_events_held", { organization: "acme" }, 4);
    meter.set("chaperone_events_held", { organization: "acme" }, 1);
    expect(await meter.value("chaperone_records_read_total", { source: "a" })).toBe(5);
    expect(await meter.value("chaperone_records_read_total", { source: "b" })).toBe(7);
    expect(await meter.value("chaperone_events_held", { organization: "acme" })).toBe(1);
  });

  it("gives 0 for what was never counted", async () => {
    expect(await createMeter().value("chaperone_gaps_total", { source: "a" })).toBe(0);
  });

  it("counts by itself: two meters do not count together", async () => {
    const [one, other] = [createMeter(), createMeter()];
    one.add("chaperone_gaps_total", { source: "a" }, 1);
    expect(await other.value("chaperone_gaps_total", { source: "a" })).toBe(0);
  });

  it("shows one moment in one scrape, whatever is counted while its text is made", async () => {
    const meter = createMeter();
    const both = (by: number): void => {
      meter.add("chaperone_records_read_total", { source: "a" }, by);
      meter.add("chaperone_records_accepted_total", { source: "a" }, by);
    };
    both(1);
    const text = createExposition(meter).text();
    both(1);
    for (let turn = 0; turn < 50; turn++) await Promise.resolve().then(() => both(1));
    expect(await text).toContain('chaperone_records_read_total{source="a"} 1\n');
    expect(await text).toContain('chaperone_records_accepted_total{source="a"} 1\n');
    expect(await meter.value("chaperone_records_read_total", { source: "a" })).toBe(52);
  });

  it("refuses a counter that would fall", () => {
    const add = (by: number) => () =>
      createMeter().add("chaperone_gaps_total", { source: "a" }, by);
    expect(add(-1)).toThrow("Cannot add -1");
    expect(add(Number.NaN)).toThrow("Cannot add NaN");
  });

  it("refuses to add to a gauge, and to set a counter", () => {
    const meter = createMeter();
    expect(() => meter.add("chaperone_events_held", { organization: "a" }, 1)).toThrow(
      "is a gauge",
    );
    expect(() => meter.set("chaperone_gaps_total", { source: "a" }, 1)).toThrow("is a counter");
  });

  it("refuses labels that the catalogue does not have", () => {
    expect(() => createMeter().add("chaperone_gaps_total", { sauce: "a" }, 1)).toThrow(
      "its labels are source",
    );
    expect(() => createMeter().add("chaperone_gaps_total", {}, 1)).toThrow();
  });
});
