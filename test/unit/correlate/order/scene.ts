import * as fc from "fast-check";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import type { Policy } from "../../../../src/model/policy.ts";
import { aPolicy, aRole, aVendor, at } from "../../../support/correlate.ts";
import { OPERATOR, READONLY } from "../../../support/grant-sources.ts";

/** Records of one scene, whose ids begin with `id`; those of one inner list must be read in one batch, or in their order. */
export type Scene = (id: string) => readonly (readonly NormalizedEvent[])[];

export const DANA = "dana@vendor.example";
export const EVE = "eve@vendor.example";
export const CUSTOMER = "wei@acme.example";
/** A name that the holders of a role share. */
export const SHARED = "vendor-oncall";

/** One vendor with every kind of role, and one whose grants are in snapshots of support access. */
export const STORY_POLICY: Policy = aPolicy({
  vendors: [
    aVendor(),
    aVendor({
      name: "other-cloud",
      users: [],
      bots: [],
      clusters: [],
      leafClusters: [],
      impersonators: [],
      roles: [
        aRole({ name: READONLY, kubernetesGroups: ["o:readonly"] }),
        aRole({ name: OPERATOR, kubernetesGroups: ["o:operator"], bindings: ["vendor-admin"] }),
      ],
    }),
  ],
});

/** Seconds. Few, so that records meet; some are a little apart, as joins are. */
export const time: fc.Arbitrary<number> = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.constantFrom(0, 0, 0, 0.0004, 0.03, 1, 4))
  .map(([tens, more]) => tens * 10 + more);
export const person: fc.Arbitrary<string> = fc.constantFrom(DANA, DANA, EVE);
export const grantId: fc.Arbitrary<string> = fc.constantFrom("r1", "r2", "r3");
export const roles: fc.Arbitrary<string[]> = fc.uniqueArray(
  fc.constantFrom("viewer", "operator", "admin", "metal", "oncall"),
  { minLength: 1, maxLength: 2 },
);
export const groups: fc.Arbitrary<string[]> = fc.uniqueArray(
  fc.constantFrom("v:viewers", "v:operators", "v:admins", "v:base"),
  { maxLength: 2 },
);
export const cluster: fc.Arbitrary<string> = fc.constantFrom("prod", "prod", "staging");

export function maybe<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.option(value, { nil: null });
}

export function some<T>(values: readonly (T | null)[]): readonly T[] {
  return values.filter((value): value is T => value !== null);
}

/** Each may be read by itself. */
export function single(
  events: readonly (NormalizedEvent | null)[],
): readonly (readonly NormalizedEvent[])[] {
  return some(events).map((event) => [event]);
}

export function atOf(seconds: number | null): number | null {
  return seconds === null ? null : at(seconds);
}
