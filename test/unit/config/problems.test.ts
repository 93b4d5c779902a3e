import { describe, expect, it } from "vitest";
import { errorOf, LEAST, linesOf, problemsOf } from "./configuration-file.ts";

const RELAY = `
relay:
  endpoints:
    - { ref: { slug: siem }, spec: { otlp: { endpoint: "http://127.0.0.1:4318" } } }
  pipelines:
    - { ref: { slug: all }, spec: { source: { slug: logs-grants }, destination: { slug: siem } } }
`;

function withSource(source: string): string {
  return `organization: acme\ndataDir: data\nsources:\n  - ${source}\n`;
}

function withEndpoint(endpoint: string): string {
  return `${LEAST}relay:\n  endpoints:\n    - ${endpoint}\n`;
}

const HTTPS = `spec: { otlp: { endpoint: "https://siem.example" } }`;

/** What is written, and what the person who wrote it is told. */
const TABLE: readonly (readonly [condition: string, yaml: string, problems: readonly string[]])[] =
  [
    [
      "an unknown key, with the nearest known one",
      `${LEAST}aprovers: []`,
      [`aprovers is unknown (did you mean "approvers"?)`],
    ],
    [
      "an unknown key that is like none",
      `${LEAST}archive: { directory: a, xyzzy: 1 }`,
      ["archive.xyzzy is unknown (known here: directory, retention)"],
    ],
    [
      "a misspelt kind of source",
      withSource(`{ name: a, cluster: c, kubernetesAuditFiles: { include: [a] } }`),
      [`sources[0].kubernetesAuditFiles is unknown (did you mean "kubernetesAuditFile"?)`],
    ],
    [
      "a source without a kind",
      withSource("{ name: a, cluster: c }"),
      [
        "sources[0] must have exactly one kind of source: kubernetesAuditFile, teleportFile, kubernetesAuditWebhook, " +
          "teleportEventHandler, teleportRecordings, supportAccessSnapshots, outOfBand, kafka [a mapping]",
      ],
    ],
    [
      "a source with two kinds",
      withSource(`{ name: a, teleportFile: { include: [a] }, outOfBand: { directory: b } }`),
      [expect.stringContaining("sources[0] must have exactly one kind of source") as string],
    ],
    [
      "a source of Kubernetes events without its cluster",
      withSource("{ name: a, kubernetesAuditFile: { include: [a] } }"),
      [
        "sources[0].cluster is missing: the records of kubernetesAuditFile do not name theirs " +
          "(the name that Teleport uses for the cluster)",
      ],
    ],
    [
      "a network with bits behind its prefix",
      `${LEAST}vendors: [{ name: v, networks: [10.0.0.1/8] }]`,
      [
        'vendors[0].networks[0] must be an IP address or a network in CIDR without bits behind its prefix ["10.0.0.1/8"]',
      ],
    ],
    ["missing keys", "sources: []", ["organization is missing", "dataDir is missing"]],
    [
      "a key without a value",
      `${LEAST}archive:`,
      ["archive is empty (give it a value or leave the key out)"],
    ],
    [
      "a number for a text",
      withSource("{ name: a, cluster: 7, teleportFile: { include: [a] } }"),
      ["sources[0].cluster must be text [7] (write it in quotes)"],
    ],
    [
      "a text for a list",
      withSource("{ name: a, teleportFile: { include: a.log } }"),
      [`sources[0].teleportFile.include must be a list ["a.log"]`],
    ],
    [
      "an empty list of patterns",
      withSource("{ name: a, teleportFile: { include: [] } }"),
      ["sources[0].teleportFile.include must name at least one pattern [a list]"],
    ],
    [
      "a preset that does not exist, in the short form",
      `${LEAST}vendors: [{ name: v, roles: [{ name: r, permits: reed }] }]`,
      [
        `vendors[0].roles[0].permits must be one of read, operate, all ["reed"] (did you mean "read"?)`,
      ],
    ],
    [
      "a rule with an unknown key, in the long form",
      `${LEAST}vendors: [{ name: v, roles: [{ name: r, permits: { rules: [{ verb: [get], verbs: [], resources: [] }] } }] }]`,
      [`vendors[0].roles[0].permits.rules[0].verb is unknown (did you mean "verbs"?)`],
    ],
    [
      "a slug with capitals",
      withSource("{ name: Prod, teleportFile: { include: [a] } }"),
      [
        `sources[0].name must be lower-case letters, digits and hyphens, with a letter or digit at both ends ["Prod"]`,
      ],
    ],
    [
      "a slug of 64 characters",
      withSource(`{ name: ${"a".repeat(64)}, teleportFile: { include: [a] } }`),
      [`sources[0].name must have at most 63 characters ["${"a".repeat(64)}"]`],
    ],
    [
      "a duration without fixed length",
      `${LEAST}approval: { validFor: P1M }`,
      [
        `approval.validFor must be an ISO 8601 duration of fixed length such as PT30S, PT2H or P30D ["P1M"]`,
      ],
    ],
    [
      "a duration out of its range",
      `${LEAST}hold: { holdFor: P2D }`,
      [`hold.holdFor must be from 0 to 86400 seconds ["P2D"]`],
    ],
    [
      "a retention in hours",
      `${LEAST}archive: { directory: a, retention: PT24H }`,
      [
        "archive.retention must be an ISO 8601 duration of at least a day, in years, months, weeks or days, such as P12M " +
          `["PT24H"]`,
      ],
    ],
    [
      "a size in no unit",
      `${LEAST}journal: { sizeBytesMax: 20 gigs }`,
      [`journal.sizeBytesMax must be a size such as 64MiB, 20GiB or a number of bytes ["20 gigs"]`],
    ],
    [
      "a size below its least",
      `${LEAST}journal: { sizeBytesMax: 1MiB }`,
      [`journal.sizeBytesMax must be from 16777216 to 1125899906842624 bytes ["1MiB"]`],
    ],
    [
      "a number out of its range",
      `${LEAST}limits: { acceptsInFlightMax: 0 }`,
      ["limits.acceptsInFlightMax must be a whole number from 1 to 256 [0]"],
    ],
    [
      "an address without a port",
      `${LEAST}health: { listen: localhost }`,
      [
        `health.listen must be a host and a port such as 127.0.0.1:9464 or [::1]:9464, or off ["localhost"]`,
      ],
    ],
    [
      "a port above 65535",
      `${LEAST}health: { listen: "127.0.0.1:65536" }`,
      [
        `health.listen must be a host and a port such as 127.0.0.1:9464 or [::1]:9464, or off ["127.0.0.1:65536"]`,
      ],
    ],
    [
      "text for a whole number",
      `${LEAST}hold: { heldEventsMax: many }`,
      [`hold.heldEventsMax must be a whole number from 1 to 10000000 ["many"]`],
    ],
    [
      "a word for true or false",
      `${LEAST}vendors: [{ name: v, roles: [{ name: r, standing: yes }] }]`,
      [`vendors[0].roles[0].standing must be true or false ["yes"]`],
    ],
    [
      "permits that are neither a preset nor a mapping",
      `${LEAST}vendors: [{ name: v, roles: [{ name: r, permits: 7 }] }]`,
      ["vendors[0].roles[0].permits must be one of read, operate, all [7]"],
    ],
    [
      "a URL of another scheme",
      withEndpoint(`{ ref: { slug: a }, spec: { otlp: { endpoint: "ftp://x" } } }`),
      [`relay.endpoints[0].spec.otlp.endpoint must be an http or https URL ["ftp://x"]`],
    ],
    [
      "an endpoint of two kinds",
      withEndpoint(
        `{ ref: { slug: a }, spec: { file: { path: a }, s3: { uri: "s3://b", region: c } } }`,
      ),
      [
        "relay.endpoints[0].spec must have exactly one kind of endpoint: otlp, kafka, file, https, s3 [a mapping]",
      ],
    ],
    [
      "credentials of another kind than the endpoint",
      withEndpoint(
        `{ ref: { slug: a }, spec: { file: { path: a } }, otlp: { bearerToken: { tokenRef: "env:T" } } }`,
      ),
      ["relay.endpoints[0].otlp must not stand beside an endpoint of the kind file"],
    ],
    [
      "two kinds of credentials",
      withEndpoint(
        `{ ref: { slug: a }, ${HTTPS}, otlp: { bearerToken: { tokenRef: "env:T" }, authHeaders: { headers: { a: b } } } }`,
      ),
      [
        "relay.endpoints[0].otlp must have exactly one kind of credentials: basicAuth, bearerToken, authHeaders [a mapping]",
      ],
    ],
    [
      "a user name without a password",
      withEndpoint(`{ ref: { slug: a }, ${HTTPS}, otlp: { basicAuth: { username: u } } }`),
      [
        "relay.endpoints[0].otlp.basicAuth must have exactly one password: password, passwordRef [a mapping]",
      ],
    ],
    [
      "a header name that is none",
      withEndpoint(
        `{ ref: { slug: a }, ${HTTPS}, otlp: { authHeaders: { headers: { "a b": c } } } }`,
      ),
      [`relay.endpoints[0].otlp.authHeaders.headers["a b"] must be a header name [[redacted]]`],
    ],
    [
      "TLS on a plain http endpoint",
      withEndpoint(`{ ref: { slug: a }, spec: { otlp: { endpoint: "http://x", tls: {} } } }`),
      ["relay.endpoints[0].spec.otlp.tls has no effect on an http endpoint (use https)"],
    ],
    [
      "a certificate authority that is no PEM",
      withEndpoint(
        `{ ref: { slug: a }, spec: { otlp: { endpoint: "https://x", tls: { certificateAuthorityData: "aGVsbG8=" } } } }`,
      ),
      [
        "relay.endpoints[0].spec.otlp.tls.certificateAuthorityData must be the base64 of a PEM certificate " +
          `["aGVsbG8="]`,
      ],
    ],
    [
      "brokers without a port",
      withEndpoint(
        `{ ref: { slug: a }, spec: { kafka: { bootstrapEndpoints: "b1,b2", topic: t } } }`,
      ),
      [
        "relay.endpoints[0].spec.kafka.bootstrapEndpoints must be host:port, several of them with commas between " +
          `["b1,b2"]`,
      ],
    ],
    [
      "a pipeline to an endpoint that is not there",
      `${LEAST}${RELAY}`.replace("destination: { slug: siem }", "destination: { slug: seim }"),
      [
        `relay.pipelines[0].spec.destination.slug must name an existing endpoint ["seim"] (did you mean "siem"?)`,
      ],
    ],
    [
      "a pipeline from a stream that is not there",
      `${LEAST}${RELAY}`.replace("logs-grants", "logs-grant"),
      [
        "relay.pipelines[0].spec.source.slug must be one of logs-audit-kube-api, logs-audit-teleport, " +
          "logs-session-teleport, logs-grants, logs-findings, logs-export-audit, logs-support-access " +
          `["logs-grant"] (did you mean "logs-grants"?)`,
      ],
    ],
    [
      "two pipelines with one link",
      `${LEAST}${RELAY}    - { ref: { slug: again }, spec: { source: { slug: logs-grants }, destination: { slug: siem } } }`,
      ["relay.pipelines[1] links the same stream and endpoint as relay.pipelines[0] [a mapping]"],
    ],
    [
      "two sources with one name",
      `${LEAST}  - { name: audit, teleportFile: { include: [b.log] } }`,
      [`sources[1].name is the same as sources[0].name ["audit"]`],
    ],
    [
      "two roles of one vendor with one name",
      `${LEAST}vendors: [{ name: v, roles: [{ name: r }, { name: r }] }]`,
      [`vendors[0].roles[1].name is the same as vendors[0].roles[0].name ["r"]`],
    ],
    [
      "two file endpoints with one file",
      `${LEAST}relay: { endpoints: [{ ref: { slug: a }, spec: { file: { path: x } } }, { ref: { slug: b }, spec: { file: { path: ./y/../x } } }] }`,
      [
        `relay.endpoints[1].spec.file.path is the same file as relay.endpoints[0].spec.file.path ["./y/../x"]`,
      ],
    ],
    [
      "a file endpoint that a source reads",
      withEndpoint("{ ref: { slug: a }, spec: { file: { path: audit.log } } }"),
      [
        `relay.endpoints[0].spec.file.path is read again by sources[0].kubernetesAuditFile.include[0]: ` +
          `events would go in circles ["audit.log"]`,
      ],
    ],
    [
      "two sources with one pattern",
      `${LEAST}  - { name: other, teleportFile: { include: [./audit.log] } }`,
      [
        `sources[1].teleportFile.include[0] is the same pattern as sources[0].kubernetesAuditFile.include[0] ["./audit.log"]`,
      ],
    ],
  ];

describe("a configuration is refused for", () => {
  it.each(TABLE)("%s", (_condition, yaml, problems) => {
    expect(linesOf(yaml, { T: "t" })).toEqual(problems);
  });

  it("a pattern that reaches into dataDir, unless it is excluded", () => {
    const [line] = linesOf(withSource(`{ name: a, teleportFile: { include: ["**/*.log"] } }`));
    expect(line).toMatch(/^sources\[0\]\.teleportFile\.include\[0\] reaches into dataDir/);
    expect(
      linesOf(
        `${withSource(`{ name: a, teleportFile: { include: ["**/*.log"], exclude: ["data/**"] } }`)}x: 1`,
      ),
    ).toHaveLength(1);
  });
});

describe("the problems of a configuration", () => {
  const MANY = `organization: Acme
dataDir: "\${NOWHERE}"
sources:
  - { name: a, teleportFile: { include: [a.log] }, clustre: b }
relay:
  endpoints:
    - { ref: { slug: siem }, spec: { otlp: { endpoint: "nowhere" } } }
  pipelines:
    - { ref: { slug: all }, spec: { source: { slug: logs-grants }, destination: { slug: sime } } }
`;

  it("come all at once, with line and column, in the order of the file", () => {
    expect(problemsOf(MANY).map(({ path, line, column }) => `${line}:${column} ${path}`)).toEqual([
      "1:15 organization",
      "2:10 dataDir",
      "4:52 sources[0].clustre",
      "7:56 relay.endpoints[0].spec.otlp.endpoint",
      "9:89 relay.pipelines[0].spec.destination.slug",
    ]);
  });

  it("stand in the message of the error, one a line, with their number", () => {
    const error = errorOf(MANY);
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message.split("\n")).toHaveLength(6);
    expect(error.message).toMatch(/^Cannot use configuration ".*chaperone\.yaml": 5 problems\n/);
    expect(error.message).toContain(
      `\n  4:52 sources[0].clustre is unknown (did you mean "cluster"?)`,
    );
  });
});
