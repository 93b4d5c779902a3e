import { aPolicy, aRole, aVendor, kubernetes } from "./correlate.ts";
import { createTestLine, type TestLine } from "./correlate-line.ts";
import { factsOfAll, OPERATOR, READONLY, VISITOR } from "./grant-sources.ts";
import type { NormalizedEvent } from "../../src/model/normalization.ts";
import type { Policy } from "../../src/model/policy.ts";

/** A vendor whose grants are Teleport's, and one whose grants are in snapshots of support access. */
export const SUPPORT_POLICY: Policy = aPolicy({
  vendors: [
    aVendor(),
    aVendor({
      name: "crusoe",
      users: [],
      bots: [],
      clusters: [],
      leafClusters: [],
      impersonators: [],
      roles: [
        aRole({
          name: READONLY,
          kubernetesGroups: ["c:readonly"],
          permits: { preset: "read", rules: [] },
        }),
        aRole({
          name: OPERATOR,
          kubernetesGroups: ["c:operator"],
          permits: { preset: "operate", rules: [] },
          bindings: ["c-operator"],
        }),
      ],
    }),
  ],
});

export function supportLine(): TestLine {
  return createTestLine({ policy: SUPPORT_POLICY, factsOf: factsOfAll });
}

/** A request of the visitor whom snapshots list. */
export function visitorReads(second: number, facts: object = {}): NormalizedEvent {
  return kubernetes({ at: second, user: VISITOR, groups: ["c:readonly"], ...facts });
}
