import { describe, expect, it } from "vitest";
import { brokenIdentities, IDENTITIES, type Sample } from "../../../src/model/identity.ts";
import { METRICS } from "../../../src/model/metric.ts";

const read = (value: number, source = "kube"): Sample => ({
  name: "chaperone_records_read_total",
  labels: { source },
  value,
});
const accepted = (value: number, source = "kube"): Sample => ({
  name: "chaperone_records_accepted_total",
  labels: { source },
  value,
});

describe("brokenIdentities()", () => {
  it("finds nothing where all sums agree, and takes for 0 what was never counted", () => {
    expect(brokenIdentities([read(3), accepted(3), read(0, "other")])).toEqual([]);
    expect(brokenIdentities([])).toEqual([]);
  });

  it("names the source whose records do not add up, with both sums and every term", () => {
    const [broken, ...others] = brokenIdentities([
      read(3),
      accepted(2),
      read(1, "b"),
      accepted(1, "b"),
    ]);
    expect(others).toEqual([]);
    expect(broken).toMatchObject({ label: "source", of: "kube", left: 3, right: 2 });
    expect(broken?.text).toContain("chaperone_records_read_total 3 = ");
    expect(broken?.text).toContain("chaperone_records_ignored_total 0");
  });

  it("speaks of metrics of the catalogue alone, each with the label it is summed by", () => {
    for (const { label, left, right } of IDENTITIES)
      for (const name of [...left, ...right]) expect(METRICS[name].labels).toEqual([label]);
  });
});
