import { describe, expect, it } from "vitest";
import { sinceOf } from "../../../src/commands/since.ts";
import {
  checkFilter,
  doesShow,
  mayShow,
  type TapFilter,
} from "../../../src/commands/tap-filter.ts";
import { ChaperoneError } from "../../../src/model/error.ts";
import { parseTime } from "../../../src/model/time.ts";
import { anEntry, anEvent } from "../../support/entries.ts";

const base = anEvent();
const vendors = anEvent({
  labels: { stream: "logs-audit-kube-api", vendor: "example-cloud" },
  actor: { ...base.actor, name: "dana@vendor.example", impersonator: "agent" },
  verdict: {
    grants: ["g1-abc"],
    related: ["g2"],
    method: "named",
    coverage: "covered",
    skewMs: null,
  },
});
const finding = anEvent({
  detail: {
    finding: {
      rule: "action-uncovered",
      severity: "high",
      evidence: ["e1"],
      grants: ["g3"],
      subject: "ivan@vendor.example",
      number: 1,
      firstId: null,
      state: "open",
    },
  },
});

const shows = (event: typeof base, filter: TapFilter, since: number | null = null): boolean =>
  doesShow(event, { ...filter, since });

describe("the filter of tap", () => {
  it("shows everything where nothing is asked for, but held events, which come again", () => {
    expect(mayShow(anEntry(), {})).toBe(true);
    expect(mayShow(anEntry({}, { kind: "released" }), {})).toBe(true);
    expect(mayShow(anEntry({}, { kind: "held" }), {})).toBe(false);
    expect(shows(base, {})).toBe(true);
  });

  it("knows a stream, and the view of a vendor's events", () => {
    const entry = anEntry(vendors);
    expect(mayShow(entry, { stream: "logs-audit-kube-api" })).toBe(true);
    expect(mayShow(entry, { stream: "logs-support-access" })).toBe(true);
    expect(mayShow(entry, { stream: "logs-findings" })).toBe(false);
  });

  it("finds a grant by the beginning of its id, covered, related or found", () => {
    expect(shows(vendors, { grant: "g1" })).toBe(true);
    expect(shows(vendors, { grant: "g2" })).toBe(true);
    expect(shows(finding, { grant: "g3" })).toBe(true);
    expect(shows(vendors, { grant: "g1-abd" })).toBe(false);
  });

  it("finds a person who acts, is acted for, or is found", () => {
    expect(shows(vendors, { principal: "dana@vendor.example" })).toBe(true);
    expect(shows(vendors, { principal: "agent" })).toBe(true);
    expect(shows(finding, { principal: "ivan@vendor.example" })).toBe(true);
    expect(shows(vendors, { principal: "dana@vendor" })).toBe(false);
  });

  it("takes coverage, vendor and time together", () => {
    const filter = { coverage: "covered", vendor: "example-cloud" };
    expect(shows(vendors, filter, vendors.observedAt)).toBe(true);
    expect(shows(vendors, filter, vendors.observedAt + 1)).toBe(false);
    expect(shows(vendors, { ...filter, coverage: "uncovered" })).toBe(false);
    expect(shows(vendors, { ...filter, vendor: "other" })).toBe(false);
  });

  it("refuses what there is none of", () => {
    expect(() => checkFilter({ stream: "logs-vendor" })).toThrow(ChaperoneError);
    expect(() => checkFilter({ coverage: "in-grant" })).toThrow(/in-grant/);
    checkFilter({ stream: "logs-support-access", coverage: "outside-role" });
  });
});

describe("--since", () => {
  const now = parseTime("2026-11-22T06:00:00Z") ?? 0;

  it.each([
    ["2026-11-22T05:00:00Z", "2026-11-22T05:00:00Z"],
    ["2026-11-22", "2026-11-22T00:00:00Z"],
    ["PT90M", "2026-11-22T04:30:00Z"],
  ])("takes %s", (text, time) => {
    expect(sinceOf(text, now)).toBe(parseTime(time));
  });

  it("is nothing where it is left out, and refuses what is no time", () => {
    expect(sinceOf(undefined, now)).toBe(null);
    expect(() => sinceOf("yesterday", now)).toThrow(/no time/);
  });
});
