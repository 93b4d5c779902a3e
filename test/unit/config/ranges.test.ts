import { describe, expect, it } from "vitest";
import { ConfigurationError } from "../../../src/config/problem.ts";
import { LEAST, load } from "./configuration-file.ts";

const KIB = 1024;
const MIB = 1024 * KIB;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A field: where it stands, what else stands there, and its least and most, in milliseconds where it is a duration. */
type Range = readonly [path: string, least: number, most: number];

const source = (kind: string, fields: string) => (value: string) =>
  `organization: acme\ndataDir: data\nsources:\n  - { name: a, cluster: c, ${kind}: { ${fields}, ${value} } }\n`;
const section = (name: string) => (value: string) => `${LEAST}${name}: { ${value} }\n`;
const endpoint = (kind: string, fields: string) => (value: string) =>
  `${LEAST}relay:\n  endpoints:\n    - { ref: { slug: e }, spec: { ${kind}: { ${fields}, ${value} } } }\n`;

const HOOK = `listen: "127.0.0.1:9080", plainHttp: true`;
const BROKER = `bootstrapEndpoints: "127.0.0.1:9092", topic: t`;

const DURATIONS: readonly (readonly [...Range, (value: string) => string])[] = [
  ["pendingFor", SECOND, 366 * DAY, section("approval")],
  ["validFor", SECOND, 366 * DAY, section("approval")],
  ["holdFor", 0, DAY, section("hold")],
  ["lateness", 0, DAY, section("hold")],
  ["skewMax", 0, DAY, section("hold")],
  ["skew", 0, HOUR, section("hold")],
  ["sealAfter", 0, 30 * DAY, section("dossier")],
  ["after", SECOND, 30 * DAY, section("silence")],
  ["heartbeat", 10 * SECOND, DAY, section("silence")],
  ["keep", 0, 3_660 * DAY, section("journal")],
  ["linger", 0, 20, section("journal")],
  ["settleFor", SECOND, DAY, section("limits")],
  ["poll", 10, MINUTE, source("kubernetesAuditFile", "include: [a]")],
  ["poll", 10, HOUR, source("teleportRecordings", "directory: a")],
  ["quietFor", 0, HOUR, source("teleportRecordings", "directory: a")],
  ["incompleteFor", 0, DAY, source("teleportRecordings", "directory: a")],
  ["interval", SECOND, DAY, source("supportAccessSnapshots", "command: [a]")],
  ["timeout", 100, 10 * MINUTE, source("supportAccessSnapshots", "command: [a]")],
  ["acceptWaitMax", SECOND, 10 * MINUTE, source("kubernetesAuditWebhook", HOOK)],
  [
    "retryAfterMin",
    SECOND,
    10 * MINUTE,
    source("kubernetesAuditWebhook", `${HOOK}, retryAfterMax: PT10M`),
  ],
  ["retryAfterMax", SECOND, 10 * MINUTE, source("kubernetesAuditWebhook", HOOK)],
  ["interval", SECOND, HOUR, metrics()],
  ["settle", SECOND, HOUR, metrics()],
  ["timeout", 100, 10 * MINUTE, endpoint("otlp", `endpoint: "http://127.0.0.1:4318"`)],
  ["timeout", 100, 10 * MINUTE, endpoint("kafka", BROKER)],
];

const NUMBERS: readonly (readonly [...Range, (value: string) => string])[] = [
  ["heldEventsMax", 1, 10_000_000, section("hold")],
  ["acceptsInFlightMax", 1, 256, section("limits")],
  ["sizeBytesMax", 16 * MIB, 1024 ** 5, section("journal")],
  ["segmentBytesMax", MIB, 4096 * MIB, section("journal")],
  ["commitBytesMax", 64 * KIB, 64 * MIB, section("journal")],
  ["recentBytesMax", 0, 64 * 1024 * MIB, section("journal")],
  ["lineBytesMax", 4 * KIB, 64 * MIB, source("teleportFile", "include: [a]")],
  ["filesMax", 1, 100_000, source("teleportFile", "include: [a]")],
  ["filesMax", 1, 1_000_000, source("outOfBand", "directory: a")],
  ["fileBytesMax", KIB, 16 * MIB, source("outOfBand", "directory: a")],
  ["evidenceBytesMax", KIB, 1024 * MIB, source("outOfBand", "directory: a")],
  ["outputBytesMax", KIB, 16 * MIB, source("supportAccessSnapshots", "command: [a]")],
  ["partInflatedBytesMax", MIB, 64 * 1024 * MIB, source("teleportRecordings", "directory: a")],
  ["bodyBytesMax", 64 * KIB, 64 * MIB, source("kubernetesAuditWebhook", HOOK)],
  ["requestsInFlightMax", 1, 10_000, source("kubernetesAuditWebhook", HOOK)],
  [
    "bytesInFlightMax",
    64 * KIB,
    4096 * MIB,
    source("kubernetesAuditWebhook", `${HOOK}, bodyBytesMax: 64KiB`),
  ],
  ["messageBytesMax", KIB, 1024 ** 3, endpoint("kafka", BROKER)],
];

describe("a number of the configuration", () => {
  it.each(DURATIONS)(
    "that is a duration takes its least and its most, and nothing beyond: %s from %i to %i ms",
    (path, least, most, yamlWith) => {
      check(yamlWith, [path, least, most], (ms) => `PT${ms / SECOND}S`);
    },
  );

  it.each(NUMBERS)(
    "that is a size or a count takes its least and its most, and nothing beyond: %s from %i to %i",
    (path, least, most, yamlWith) => {
      check(yamlWith, [path, least, most], String);
    },
  );
});

describe("a text of the configuration", () => {
  it.each([
    [
      "path",
      256,
      (length: number) =>
        source("kubernetesAuditWebhook", HOOK)(`path: /${"a".repeat(length - 1)}`),
    ],
    ["apiGroups[0]", 253, (length: number) => rule(`["${"a".repeat(length)}"]`)],
  ])("that is a %s may have %i characters, and with one more is refused", (field, most, yamlOf) => {
    expect([most - 1, most].map((length) => problemAt(field, yamlOf(length)))).toEqual([
      null,
      null,
    ]);
    expect(problemAt(field, yamlOf(most + 1))).toEqual(expect.any(String));
  });

  it.each([
    ["organization", (text: string) => LEAST.replace("acme", `"${text}"`)],
    ["password", withPassword],
  ])("that is a %s may not be empty", (field, yamlOf) => {
    expect(problemAt(field, yamlOf(""))).toEqual(expect.any(String));
    expect(problemAt(field, yamlOf("${NAME}"), { NAME: "a" })).toBeNull();
  });
});

function withPassword(text: string): string {
  return `${LEAST}relay:
  endpoints:
    - ref: { slug: e }
      otlp: { basicAuth: { username: a, password: "${text}" } }
      spec: { otlp: { endpoint: "https://siem.example" } }
`;
}

function rule(apiGroups: string): string {
  return `${LEAST}vendors:
  - name: v
    roles: [{ name: r, permits: { rules: [{ verbs: [get], resources: [pods], apiGroups: ${apiGroups} }] } }]
`;
}

function check(
  yamlWith: (value: string) => string,
  [path, least, most]: Range,
  written: (value: number) => string,
): void {
  const problem = (value: number): string | null =>
    problemAt(path, yamlWith(`${path}: ${written(value)}`));
  expect([problem(least), problem(least + 1), problem(most - 1), problem(most)]).toEqual([
    null,
    null,
    null,
    null,
  ]);
  const beyond = least === 0 ? [most + 1] : [least - 1, most + 1];
  for (const value of beyond) expect([value, problem(value)]).toEqual([value, expect.any(String)]);
}

/** What a configuration says is wrong with its field of that name; null where it is taken. */
function problemAt(
  field: string,
  yaml: string,
  environment: Readonly<Record<string, string>> = {},
): string | null {
  try {
    load(yaml, { environment });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const found = error.problems.find(({ path }) => path.endsWith(field));
    if (found === undefined) throw new Error(`"${yaml}" has other problems`, { cause: error });
    return found.message;
  }
  return null;
}

function metrics() {
  return (value: string): string =>
    source(
      "kubernetesAuditWebhook",
      HOOK,
    )(`metrics: { endpoints: ["http://127.0.0.1:6443/metrics"], ${value} }`);
}
