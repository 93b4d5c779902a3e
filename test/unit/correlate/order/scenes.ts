import * as fc from "fast-check";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { approval, OPERATOR, READONLY, snapshot, VISITOR } from "../../../support/grant-sources.ts";
import { apiRequests, bindingDeletions, credentials, refusedLogins } from "./kubernetes-scenes.ts";
import { DANA, person, roles, type Scene, single, time } from "./scene.ts";
import {
  accessRequests,
  certificates,
  locks,
  proxiedRequests,
  sessions,
  userDeletions,
} from "./teleport-scenes.ts";

const snapshots: fc.Arbitrary<Scene> = fc
  .array(
    fc.record({
      at: fc.integer({ min: 1, max: 20 }).map((tens) => tens * 10),
      requests: fc.array(
        fc.record({
          requestor: fc.constantFrom(VISITOR, DANA),
          role: fc.constantFrom(READONLY, OPERATOR),
          requested: fc.constantFrom(20, 60),
          expires: fc.constantFrom(100, 150),
        }),
        { maxLength: 2 },
      ),
      roles: fc.constantFrom([READONLY, OPERATOR], [OPERATOR], [READONLY]),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((taken) => () => single(taken.map(({ at, ...of }) => snapshot(at, of))));

const approvals: fc.Arbitrary<Scene> = fc
  .array(
    fc.record({
      id: fc.constantFrom("oob-1", "r3"),
      requester: person,
      roles,
      cluster: fc.constantFrom(null, "prod"),
      approved: time,
      until: fc.constantFrom(150, 220),
      recorded: fc.constantFrom(300, 310, 320),
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map(
    (documents) => () =>
      single(documents.map((of) => approval({ requested: 1, ...of, approved: of.approved / 2 }))),
  );

/** All kinds of records, those oftener of which more depends on others. */
const SCENES: fc.Arbitrary<readonly Scene[]> = fc.array(
  fc.oneof(
    { arbitrary: accessRequests, weight: 5 },
    { arbitrary: apiRequests, weight: 5 },
    { arbitrary: sessions, weight: 3 },
    { arbitrary: proxiedRequests, weight: 3 },
    { arbitrary: locks, weight: 2 },
    { arbitrary: certificates, weight: 1 },
    { arbitrary: credentials, weight: 1 },
    { arbitrary: userDeletions, weight: 1 },
    { arbitrary: snapshots, weight: 1 },
    { arbitrary: approvals, weight: 1 },
    { arbitrary: bindingDeletions, weight: 1 },
    { arbitrary: refusedLogins, weight: 1 },
  ),
  { minLength: 1, maxLength: 12 },
);

/** Records that are read one behind the other: alone, or those of a credential with its maker first. */
export interface Group {
  readonly records: readonly NormalizedEvent[];
}

/** A story in groups, which are printed by what their records say. */
export const STORY: fc.Arbitrary<readonly Group[]> = SCENES.map((scenes) =>
  scenes
    .flatMap((scene, index) => scene(`e${index}`))
    .map((records) => ({ records, [fc.toStringMethod]: () => printed(records) })),
);

function printed(records: readonly NormalizedEvent[]): string {
  const lines = records.map(({ event, facts }) => `${event.id} ${JSON.stringify(facts, said)}`);
  return `\n${lines.join("\n")}`;
}

/** Leaves out what holds nothing. */
function said(_: string, value: unknown): unknown {
  if (value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  return typeof value === "number" && value > 1e15
    ? `+${(value - 1_790_000_000_000_000) / 1e6} s`
    : value;
}
