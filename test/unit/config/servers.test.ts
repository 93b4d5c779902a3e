import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { load, problemsOf, temporaryFolder } from "./configuration-file.ts";

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const BASE64 = Buffer.from(PEM).toString("base64");
const ENVIRONMENT = { KEY: "k", TOKEN: "t" };
const PLAIN = `listen: "127.0.0.1:1", plainHttp: true`;
const CERTIFICATE = `certificateData: "${BASE64}", keyRef: env:KEY`;
const TLS = `listen: "127.0.0.1:1", tls: { ${CERTIFICATE}, clientAuthorityData: "${BASE64}" }`;

function hook(options: string, name = "a"): string {
  return `  - { name: ${name}, cluster: c, kubernetesAuditWebhook: { ${options} } }\n`;
}

function handler(options: string): string {
  return `  - { name: h, teleportEventHandler: { ${options} } }\n`;
}

function withSources(...sources: readonly string[]): string {
  return `organization: acme\ndataDir: ./data\nsources:\n${sources.join("")}`;
}

/** Path and message of each problem. */
function problems(...sources: readonly string[]): readonly string[] {
  return problemsOf(withSources(...sources), ENVIRONMENT).map(
    ({ path, message }) => `${path} ${message}`,
  );
}

describe("sources that are sent to", () => {
  it("share an address under paths of their own", () => {
    const yaml = withSources(hook(`${TLS}, path: /a`), hook(`${TLS}, path: /b`, "b"), handler(TLS));
    const { sources } = load(yaml, { environment: ENVIRONMENT });
    expect(sources.map(({ options }) => options.kind)).toEqual([
      "kubernetesAuditWebhook",
      "kubernetesAuditWebhook",
      "teleportEventHandler",
    ]);
  });

  it("take their certificate from files, and read it again whenever they are asked", () => {
    const folder = temporaryFolder();
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    write("cert.pem", PEM);
    write("key.pem", "first");
    const tls = `tls: { certificateFile: cert.pem, keyRef: file:key.pem, clientAuthorityFile: cert.pem }`;
    const { sources } = load(withSources(hook(`listen: "0.0.0.0:1", ${tls}`)), { folder });
    const options = sources[0]?.options;
    if (options?.kind !== "kubernetesAuditWebhook") throw new Error("not a webhook");
    expect(options.tls?.read()).toMatchObject({ certificate: PEM, clientAuthority: PEM });
    write("key.pem", "second");
    expect(options.tls?.read().key.reveal()).toBe("second");
    expect(JSON.stringify(options)).not.toMatch(/first|second/);
  });

  it.each([
    ["no transport", hook(`listen: "127.0.0.1:1"`), "must have exactly one transport"],
    ["both", hook(`${TLS}, plainHttp: true`), "must have exactly one transport"],
    [
      "plain HTTP that others reach",
      hook(`listen: "0.0.0.0:1", plainHttp: true`),
      "listen must be a loopback address where there is no TLS",
    ],
    ["plainHttp: false", hook(`listen: "127.0.0.1:1", plainHttp: false`), "plainHttp must be true"],
    [
      "a webhook that anybody may send to",
      hook(`listen: "127.0.0.1:1", tls: { ${CERTIFICATE} }`),
      "tls has no clientAuthorityFile: anybody could send events",
    ],
    [
      "an event handler without client certificates",
      handler(`listen: "127.0.0.1:1", tls: { ${CERTIFICATE} }`),
      "tls has no clientAuthorityFile: anybody could send events",
    ],
    [
      "a key in the file",
      hook(
        `listen: "127.0.0.1:1", tls: { certificateData: "${BASE64}", key: secret, clientAuthorityData: "${BASE64}" }`,
      ),
      "tls.key must not stand in the file",
    ],
    [
      "a token in the file",
      hook(`${PLAIN}, bearerTokens: [{ tokenRef: secret }]`),
      "bearerTokens[0].tokenRef must be env:NAME or file:PATH",
    ],
    [
      "a token that is not there",
      hook(`${PLAIN}, bearerTokens: [{ tokenRef: env:NONE }]`),
      "bearerTokens[0].tokenRef cannot be used",
    ],
    ["a path that is none", hook(`${PLAIN}, path: "a?b"`), "path must be a path"],
    [
      "fewer bytes in flight than one body has",
      hook(`${PLAIN}, bytesInFlightMax: 1MiB`),
      "bytesInFlightMax must be at least bodyBytesMax",
    ],
    [
      "bounds that cross",
      hook(`${PLAIN}, retryAfterMin: PT30S`),
      "retryAfterMax must be at least retryAfterMin",
    ],
    [
      "metrics of no API server",
      hook(`${PLAIN}, metrics: { endpoints: [] }`),
      "metrics.endpoints must name at least one API server",
    ],
    [
      "TLS for metrics over plain HTTP",
      hook(`${PLAIN}, metrics: { endpoints: ["http://a/metrics"], tls: {} }`),
      "metrics.tls has no effect on http endpoints",
    ],
  ])("%s is a problem", (_, source, message) => {
    expect(problems(source)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    ["the same path", hook(PLAIN), hook(PLAIN, "b"), "path is the same as"],
    [
      "a path that is a session's of another source",
      handler(`${PLAIN}, sessionPath: /s`),
      hook(`${PLAIN}, path: /s.prod.log`, "b"),
      "path cannot be told from",
    ],
    [
      "a path whose sessions would be another source's, whichever comes first",
      hook(`${PLAIN}, path: /s.prod.log`, "b"),
      handler(`${PLAIN}, sessionPath: /s`),
      "sessionPath cannot be told from",
    ],
    [
      "a path that the other has by default",
      handler(PLAIN),
      hook(`${PLAIN}, path: /session`),
      "path is the same as",
    ],
    ["other TLS", hook(`${TLS}, path: /a`), hook(PLAIN, "b"), "must have the same tls as"],
  ])("two of one address with %s are a problem", (_, first, second, message) => {
    expect(problems(first, second)).toEqual([expect.stringContaining(message)]);
  });

  it("and health at one address are a problem", () => {
    const yaml = withSources(hook(PLAIN)) + `health: { listen: "127.0.0.1:1" }\n`;
    expect(problemsOf(yaml).map(({ message }) => message)).toEqual([
      "is the same as health.listen",
    ]);
  });
});
