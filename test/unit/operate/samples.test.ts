import { describe, expect, it } from "vitest";
import { createExposition } from "../../../src/operate/exposition.ts";
import { createMeter } from "../../../src/operate/meter.ts";
import { samplesOf } from "../../../src/operate/samples.ts";

describe("samplesOf()", () => {
  it("reads back what the meter writes, hostile names included", async () => {
    const meter = createMeter();
    const source = 'a "quoted"\\name, with="labels"}\nand a line end';
    meter.add("chaperone_records_read_total", { source }, 7);
    meter.set("chaperone_events_held", { organization: "acme" }, 2.5);
    const samples = samplesOf(await createExposition(meter).text());
    const ours = samples.filter(({ name }) => name.startsWith("chaperone_"));
    expect(ours).toEqual(meter.samples());
    expect(ours).toContainEqual({
      name: "chaperone_records_read_total",
      labels: { source },
      value: 7,
    });
  });

  it("leaves out comments and what is no sample", () => {
    expect(samplesOf("# HELP a b\n# TYPE a counter\n\n<html>\na 1\nb{} 2 1795315880000\n")).toEqual(
      [
        { name: "a", labels: {}, value: 1 },
        { name: "b", labels: {}, value: 2 },
      ],
    );
  });

  it("refuses a text without end", () => {
    expect(() => samplesOf("a".repeat(16 * 1024 * 1024 + 1))).toThrow("Cannot read metrics");
    expect(samplesOf("a".repeat(16 * 1024 * 1024))).toEqual([]);
  });
});
