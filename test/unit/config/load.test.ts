import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../../../src/config/load.ts";
import { refuseUnbuilt } from "../../../src/config/unbuilt.ts";
import {
  errorOf,
  LEAST,
  linesOf,
  load,
  problemsOf,
  temporaryFolder,
  writeConfiguration,
} from "./configuration-file.ts";

const TRUTH = ["truth-a", "truth-r"] as const;

function truthText(name: (typeof TRUTH)[number]): string {
  return readFileSync(
    new URL(`../../fixtures/configuration/${name}.yaml`, import.meta.url),
    "utf8",
  );
}

describe("loadConfiguration()", () => {
  it("fills in every default", () => {
    const configuration = load(LEAST);
    expect(configuration).toMatchObject({
      organization: "acme",
      policy: {
        organization: "acme",
        vendors: [],
        approvers: [],
        approval: { pendingForMs: 7_200_000, validForMs: 28_800_000 },
        hold: { holdForMs: 120_000, latenessMs: 60_000 },
        dossier: { sealAfterMs: 2_100_000 },
        silence: { afterMs: 900_000, speaking: [], heartbeatMs: null },
      },
      endpoints: [],
      pipelines: [],
      journal: { keepMs: 30 * 86_400_000, sizeBytesMax: 20 * 1024 ** 3, lingerMs: 20 },
      archive: null,
      health: { host: "127.0.0.1", port: 9464 },
      telemetry: { logLevel: "info", otlp: null },
      limits: { settleMsMax: 60_000 },
    });
    expect(configuration.sources[0]?.options).toMatchObject({
      start: "oldest",
      pollMs: 250,
      lineBytesMax: 64 * 1024 ** 2,
    });
  });

  it("counts relative paths from the configuration file's folder", () => {
    const folder = temporaryFolder();
    const yaml = `${LEAST}archive: { directory: ../archive }
relay:
  endpoints:
    - { ref: { slug: near }, spec: { file: { path: out/events.ndjson } } }
    - { ref: { slug: far }, spec: { file: { path: /var/out.ndjson } } }
`;
    const { dataDir, sources, endpoints, archive } = load(yaml, { folder });
    expect(dataDir).toBe(join(folder, "data"));
    expect(sources[0]?.options).toMatchObject({ include: [join(folder, "audit.log")] });
    expect(archive?.directory).toBe(join(folder, "../archive"));
    expect(endpoints.map(({ spec }) => spec)).toEqual([
      { kind: "file", path: join(folder, "out/events.ndjson") },
      { kind: "file", path: "/var/out.ndjson" },
    ]);
  });

  it("reads a vendor with every kind of permits", () => {
    const { vendors } = load(`${LEAST}
vendors:
  - name: v
    teleport: { clusters: [root], leafClusters: [leaf], bots: [bot] }
    kubernetes: { impersonators: [agent] }
    namespaces: [n]
    networks: [203.0.113.0/24, "2001:db8::/32", 198.51.100.7]
    roles:
      - { name: a, permits: read }
      - { name: b }
      - { name: c, standing: true, permits: { preset: operate, rules: [{ verbs: [get], resources: [secrets] }] } }
`).policy;
    expect(vendors[0]).toMatchObject({
      clusters: ["root"],
      leafClusters: ["leaf"],
      bots: ["bot"],
      impersonators: ["agent"],
      namespaces: ["n"],
      networks: ["203.0.113.0/24", "2001:db8::/32", "198.51.100.7"],
    });
    expect(vendors[0]?.roles.map(({ permits, isStanding }) => ({ permits, isStanding }))).toEqual([
      { isStanding: false, permits: { preset: "read", rules: [] } },
      { isStanding: false, permits: null },
      {
        isStanding: true,
        permits: {
          preset: "operate",
          rules: [{ verbs: ["get"], resources: ["secrets"], apiGroups: [], namespaces: [] }],
        },
      },
    ]);
  });

  it.each(TRUTH)("loads the labelled cluster's configuration %s", (name) => {
    const environment = { CHAPERONE_DATA_DIR: "/var/d", CHAPERONE_EVENTS: "/var/e.ndjson" };
    const configuration = load(truthText(name), { environment });
    expect(configuration.dataDir).toBe("/var/d");
    expect(configuration.pipelines).toHaveLength(5);
    expect(configuration.sources.map(({ options }) => options.kind)).toContain(
      "kubernetesAuditFile",
    );
  });

  it("accepts a kind that this version cannot run, and refuses it by name when it is to run", () => {
    const configuration =
      load(`${LEAST}  - { name: far, kafka: { bootstrapEndpoints: "127.0.0.1:9092", topic: t, dialect: teleport } }
relay: { endpoints: [{ ref: { slug: hook }, spec: { https: { endpoint: "https://x" } } }] }`);
    expect(() => refuseUnbuilt(configuration)).toThrow(
      expect.objectContaining({
        code: "CONFIG_KIND_NOT_BUILT",
        message: expect.stringContaining(`source "far" (kafka), endpoint "hook" (https)`) as string,
      }),
    );
  });

  it("names a file that it cannot read", () => {
    const file = join(temporaryFolder(), "none.yaml");
    expect(() => loadConfiguration(file, {})).toThrow(
      expect.objectContaining({
        code: "CONFIG_UNREADABLE",
        message: `Cannot read configuration "${file}"`,
      }),
    );
  });
});

describe("environment variables", () => {
  it("take the place of ${NAME}, several in one text, and $${ stays", () => {
    const yaml = LEAST.replace("./data", () => '"${A}/${B}/$${C}"');
    expect(load(yaml, { environment: { A: "/x", B: "y" } }).dataDir).toBe("/x/y/${C}");
  });

  it("give numbers, switches and sizes too", () => {
    const yaml = `${LEAST}limits: { acceptsInFlightMax: "\${N}" }\njournal: { sizeBytesMax: "\${S}" }`;
    const { limits, journal } = load(yaml, { environment: { N: "3", S: "1GiB" } });
    expect([limits.acceptsInFlightMax, journal.sizeBytesMax]).toEqual([3, 1024 ** 3]);
  });

  it("are never read as YAML, whatever they hold", () => {
    const yaml = LEAST.replace("organization: acme", "organization: ${ORG}");
    expect(linesOf(yaml, { ORG: "a\ndataDir: /evil" })).toEqual([
      expect.stringMatching(/^organization must be lower-case letters/),
    ]);
  });

  it("that are unset are problems with their path", () => {
    expect(linesOf(LEAST.replace("./data", "${NOWHERE}"))).toEqual([
      `dataDir needs the environment variable NOWHERE, which is not set ["\${NOWHERE}"]`,
    ]);
  });

  it("are the environment's own: no name of JavaScript's objects is one", () => {
    expect(linesOf(LEAST.replace("./data", "${constructor}"))[0]).toContain("is not set");
  });

  it("need a name that can be one", () => {
    expect(linesOf(LEAST.replace("./data", '"${A-B}"'))[0]).toContain(
      "has a reference that names no environment variable",
    );
  });
});

describe("the YAML of a configuration", () => {
  it.each([
    ["is empty", "", "the file is empty"],
    ["has only comments", "# nothing", "is empty"],
    ["is a list", "- a", "must be a mapping, not a list"],
    ["has two documents", `${LEAST}---\na: 1`, "multiple documents"],
    ["names a key twice", `${LEAST}dataDir: b`, "Map keys must be unique"],
    ["breaks off", "organization: {", "is no valid YAML"],
    ["is nested too deeply", "[".repeat(50_000) + "]".repeat(50_000), "is nested too deeply"],
    [
      "multiplies itself with aliases",
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c]`,
      "alias",
    ],
    ["holds itself", "a: &a [*a]", "holds an alias of what it stands in"],
  ])("is a problem where it %s", (_condition, yaml, message) => {
    const error = errorOf(yaml);
    expect(error.code).toBe("CONFIG_INVALID");
    expect(error.message).toContain(message);
  });

  it("is a problem above its largest size, at which it is read", () => {
    const filled = (length: number): string => LEAST.padEnd(length, "#");
    expect(errorOf(filled(1024 * 1024 + 1)).message).toContain("is larger than 1048576");
    expect(load(filled(1024 * 1024)).organization).toBe("acme");
  });

  it.each([
    ["dataDir: ./data", "dataDir: 5", "dataDir must be text, not 5 (write it in quotes)"],
    ["[audit.log]", "[]", "include must name at least one pattern"],
    ["[audit.log]", "audit.log", 'include must be a list, not "audit.log"'],
    [
      "sources:",
      "sources:\n  - { name: audit, teleportFile: { include: [b.log] } }",
      'sources[1].name is the same as sources[0].name: "audit"',
    ],
  ])("ends in a sentence where %s becomes %s", (from, to, sentence) => {
    const lines = errorOf(LEAST.replace(from, to)).message.split("\n");
    expect(lines.some((line) => line.endsWith(sentence))).toBe(true);
  });

  it("has the place of a fault in its syntax", () => {
    expect(problemsOf(`${LEAST}dataDir: b`)[0]).toMatchObject({ line: 6, column: 1 });
  });
});

describe("secrets", () => {
  const KEY = "hunter2-is-no-password";
  const endpoint = (credentials: string): string => `${LEAST}relay:
  endpoints:
    - { ref: { slug: siem }, spec: { otlp: { endpoint: "https://siem.example" } }, otlp: ${credentials} }
    - { ref: { slug: bus }, spec: { kafka: { bootstrapEndpoints: "b:1", topic: t } }, kafka: { scram: { username: u, password: "\${KEY}" } } }
`;

  it("come from the environment, by reference and by name, and from files without their last line end", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "secret"), `${KEY}\n`);
    const environment = { KEY };
    const found = [
      "{ bearerToken: { tokenRef: env:KEY } }",
      '{ bearerToken: { token: "${KEY}" } }',
      "{ bearerToken: { tokenRef: file:./secret } }",
    ].map((credentials) => load(endpoint(credentials), { environment, folder }).endpoints[0]?.spec);
    for (const spec of found) {
      expect(spec).toMatchObject({ kind: "otlp", auth: { kind: "bearer" } });
      if (spec?.kind === "otlp" && spec.auth?.kind === "bearer")
        expect(spec.auth.token.reveal()).toBe(KEY);
    }
  });

  it("are in no print of the configuration", () => {
    for (const credentials of [
      '{ basicAuth: { username: u, password: "${KEY}" } }',
      "{ bearerToken: { tokenRef: env:KEY } }",
      '{ authHeaders: { headers: { X-Key: "${KEY}" } } }',
    ]) {
      const configuration = load(endpoint(credentials), { environment: { KEY } });
      expect(JSON.stringify(configuration)).not.toContain(KEY);
      expect(inspect(configuration, { depth: null, showHidden: true })).not.toContain(KEY);
      expect(configuration.endpoints[1]?.spec).toMatchObject({
        sasl: { mechanism: "SCRAM-SHA-512", username: "u" },
      });
    }
  });

  it("must not stand in the file, and the problem does not repeat them", () => {
    const message = errorOf(endpoint(`{ bearerToken: { token: ${KEY} } }`), { KEY: "x" }).message;
    expect(message).toContain("bearerToken.token must not stand in the file");
    expect(message).not.toContain(KEY);
  });

  it.each([
    `{ bearerToken: { tokn: ${KEY}, tokenRef: env:KEY } }`,
    `{ bearerTokn: ${KEY} }`,
    `{ bearerToken: ${KEY} }`,
    `{ basicAuth: { username: [${KEY}], passwordRef: env:KEY } }`,
    `{ basicAuth: { username: u, passwordRef: ${KEY} } }`,
    `{ authHeaders: { headers: { "b d": ${KEY} } } }`,
    `{ authHeaders: { headers: [${KEY}] } }`,
  ])("are masked in the problems around them: %s", (credentials) => {
    expect(errorOf(endpoint(credentials), { KEY: "x" }).message).not.toContain(KEY);
  });

  it("in a URL are a problem that does not show them", () => {
    const { message } = errorOf(
      endpoint("{ bearerToken: { tokenRef: env:KEY } }").replace("siem.ex", `u:${KEY}@siem.ex`),
      { KEY: "x" },
    );
    expect(message).toContain("must not hold credentials");
    expect(message).not.toContain(KEY);
  });

  it("that a variable puts in a wrong place are not shown", () => {
    const error = errorOf(LEAST.replace("acme", "${KEY}").replace("cluster:", "clustr:"), {
      KEY: "Hunter2",
    });
    expect(error.message).toContain("${KEY}");
    expect(error.message).not.toContain("Hunter2");
  });

  it("whose variable or file is not there are problems", () => {
    expect(linesOf(endpoint("{ bearerToken: { tokenRef: env:NOWHERE } }"), { KEY })[0]).toBe(
      "relay.endpoints[0].otlp.bearerToken.tokenRef cannot be used: the environment variable NOWHERE is not set",
    );
    expect(linesOf(endpoint("{ bearerToken: { tokenRef: file:nowhere } }"), { KEY })[0]).toMatch(
      /tokenRef cannot be used: ENOENT/,
    );
  });
});

describe("TLS", () => {
  const tls = (options: string): string =>
    `${LEAST}relay: { endpoints: [{ ref: { slug: a }, spec: { otlp: { endpoint: "https://x", tls: ${options} } } }] }`;
  const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

  it("takes certificates from data and from files, and the key as a secret", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "client.pem"), PEM);
    writeFileSync(join(folder, "client.key"), "key");
    const data = Buffer.from(PEM).toString("base64");
    const { endpoints } = load(
      tls(
        `{ certificateAuthorityData: ${data}, clientCertificate: { certificateFile: client.pem, keyRef: file:client.key } }`,
      ),
      { folder },
    );
    expect(endpoints[0]?.spec).toMatchObject({
      tls: { certificateAuthority: PEM, client: { certificate: PEM } },
    });
  });

  it("refuses a file that is there and holds no certificate", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "ca.pem"), "hello");
    const file = writeConfiguration(tls("{ certificateAuthorityFile: ca.pem }"), folder);
    expect(() => loadConfiguration(file, {})).toThrow(/holds no PEM certificate/);
  });
});
