import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { configurationJsonSchema } from "../../../src/config/json-schema.ts";
import { load, temporaryFolder } from "./configuration-file.ts";

const text = readFileSync(new URL("../../../config/example.yaml", import.meta.url), "utf8");
/** The marks taken away, as the file says. */
const whole = text.replace(/^ *#\|/gm, "");

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
const BASE64 = Buffer.from(PEM).toString("base64");

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly description?: string;
  readonly default?: unknown;
}

const schema = JSON.parse(configurationJsonSchema()) as JsonSchema;

/** Every key of the schema, as `sources[].name`. */
function keysOf(of: JsonSchema, path = ""): readonly string[] {
  return [
    ...Object.entries(of.properties ?? {}).flatMap(([key, value]) => {
      const below = path === "" ? key : `${path}.${key}`;
      return [below, ...keysOf(value, below)];
    }),
    ...(of.items === undefined ? [] : keysOf(of.items, `${path}[]`)),
    ...(of.anyOf ?? []).flatMap((one) => keysOf(one, path)),
  ];
}

function keysIn(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => keysIn(item, `${path}[]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const below = path === "" ? key : `${path}.${key}`;
    return [below, ...keysIn(item, below)];
  });
}

describe("config/example.yaml", () => {
  it("is valid as it stands, without any variable or file", () => {
    expect(load(text).organization).toBe("acme");
  });

  it("is valid with every option in use", () => {
    const folder = temporaryFolder();
    for (const name of ["tls", "secrets"]) mkdirSync(join(folder, name));
    const files = [
      ...[
        "authority.pem",
        "client.pem",
        "client.key",
        "clients.pem",
        "server.pem",
        "server.key",
      ].map((name) => `tls/${name}`),
      ...["siem", "audit", "metrics"].map((name) => `secrets/${name}`),
    ];
    for (const name of files) writeFileSync(join(folder, name), PEM);
    const environment = {
      KAFKA_PASSWORD: "a",
      SIEM_TOKEN: "b",
      AUTHORITY_BASE64: BASE64,
      CLIENT_BASE64: BASE64,
      CLIENT_KEY: "c",
      SERVER_BASE64: BASE64,
      SERVER_KEY: "f",
      AUDIT_TOKEN: "g",
      S3_SECRET: "d",
      S3_SESSION: "e",
    };
    const { sources, endpoints } = load(whole, { environment, folder });
    expect(sources).toHaveLength(12);
    expect(endpoints).toHaveLength(12);
  });

  it("shows every key that the schema knows", () => {
    const shown = new Set(keysIn(parse(whole)).map(canonical));
    const missing = keysOf(schema).filter((key) => !shown.has(canonical(key)));
    expect(missing).toEqual([]);
  });

  it("shows the defaults as they are", () => {
    const at = (path: string): unknown =>
      path.split(".").reduce<JsonSchema | undefined>((of, key) => of?.properties?.[key], schema)
        ?.default;
    const example = parse(text) as Record<string, Record<string, unknown>>;
    for (const name of ["approval", "hold", "journal", "health", "limits"])
      for (const [key, value] of Object.entries(example[name] ?? {}))
        expect(value, `${name}.${key}`).toEqual(at(`${name}.${key}`));
  });
});

/** One name for the same section in several places: it is enough that one of them shows it whole. */
function canonical(key: string): string {
  return key
    .replace(/.*\.(?:kubernetesAuditFile|teleportFile)\./, "fileTail.")
    .replace(/.*\.(?:kubernetesAuditWebhook|teleportEventHandler)\./, "httpSource.")
    .replace(/.*\.(?:otlp|https|credentials)\.(basicAuth|bearerToken|authHeaders)/, "$1")
    .replace(/.*\.(scram|plain)$/, "$1")
    .replace(/(?:^|.*\.)(?:basicAuth|scram|plain)\./, "login.")
    .replace(/.*\.tls(?=\.)/, "tls");
}

describe("the schema for editors", () => {
  it("describes every key", () => {
    const bare: string[] = [];
    const visit = (of: JsonSchema, path: string): void => {
      for (const [key, value] of Object.entries(of.properties ?? {})) {
        if (value.description === undefined) bare.push(`${path}.${key}`);
        visit(value, `${path}.${key}`);
      }
      if (of.items !== undefined) visit(of.items, `${path}[]`);
      for (const one of of.anyOf ?? []) visit(one, path);
    };
    visit(schema, "");
    expect(bare).toEqual([]);
  });

  it("is the file that is shipped", () => {
    const shipped = new URL("../../../config/chaperone.schema.json", import.meta.url);
    expect(readFileSync(shipped, "utf8")).toBe(configurationJsonSchema());
  });
});
