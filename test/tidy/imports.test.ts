import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { filesMatching, folderOf, importsOf } from "./sources.ts";

/** Which folders of src a folder may import, itself aside. What is not listed is wired by hand in the files of src and `commands`. */
const LAW: Readonly<Record<string, readonly string[]>> = {
  model: [],
  ports: ["model"],
  platform: ["model", "ports"],
  avro: ["model", "ports", "platform"],
  recording: ["model"],
  collect: ["model", "ports", "avro", "platform", "recording"],
  normalize: ["model", "ports", "recording"],
  correlate: ["model", "ports"],
  // Shares nothing with what writes.
  verify: ["model"],
  journal: ["model", "ports", "avro", "platform"],
  forward: ["model", "ports", "avro", "platform"],
  archive: ["model", "ports", "avro", "platform"],
  config: ["model", "ports", "platform"],
  "policy-lint": ["model", "config"],
  operate: ["model", "ports", "platform", "forward"],
  relay: ["model", "ports", "forward", "platform", "archive", "journal"],
  // Looks at every part, and is imported by its command alone.
  doctor: [
    "model",
    "ports",
    "platform",
    "avro",
    "collect",
    "normalize",
    "journal",
    "forward",
    "config",
    "operate",
    "archive",
    "relay",
  ],
};

/** Each third-party package only where it is named. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  avsc: ["avro"],
  kafkajs: ["forward/kafka"],
  undici: ["forward/otlp"],
  "@opentelemetry/sdk-logs": ["forward/otlp", "operate"],
  "@opentelemetry/exporter-logs-otlp-http": ["forward/otlp", "operate"],
  "@opentelemetry/resources": ["forward/otlp", "operate"],
  zod: ["config", "generate"],
  yaml: ["config"],
  commander: ["commands"],
  pino: ["operate"],
  "prom-client": ["operate"],
  fastify: ["operate"],
  "@bufbuild/protobuf": ["recording"],
  rolldown: ["generate"],
};

const sources = filesMatching("src/**/*.ts");

describe("the import law", () => {
  it("finds the source files", () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it("is kept by every folder", () => {
    const broken: string[] = [];
    for (const file of sources) {
      const allowed = LAW[folderOf(file.path)];
      if (allowed === undefined) continue;
      for (const target of importsOf(file).filter((name) => name.startsWith("."))) {
        const folder = folderOf(posix.join(posix.dirname(file.path), target));
        if (folder !== folderOf(file.path) && !allowed.includes(folder))
          broken.push(`${file.path} imports ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  it("keeps third-party packages in the folders that are named for them", () => {
    const broken: string[] = [];
    for (const file of sources)
      for (const name of importsOf(file)) {
        if (name.startsWith(".") || name.startsWith("node:")) continue;
        const homes = PACKAGES[packageOf(name)] ?? [];
        if (
          !homes.some(
            (home) => file.path.startsWith(`src/${home}/`) || file.path === `src/${home}.ts`,
          )
        )
          broken.push(`${file.path} imports ${name}`);
      }
    expect(broken).toEqual([]);
  });

  it("asks one module where the files of the package are, since the program that is built has other folders", () => {
    const OWN = [
      "src/launch.ts",
      "src/platform/package-file.ts",
      "src/forward/kafka/request-queue.ts",
    ];
    const asking = sources
      .filter(({ path, text }) => text.includes("import.meta") && folderOf(path) !== "generate")
      .map(({ path }) => path);
    expect(asking.toSorted()).toEqual(OWN.toSorted());
  });

  it("lets normalize and correlate do no I/O of their own", () => {
    const broken = sources
      .filter((file) => ["normalize", "correlate"].includes(folderOf(file.path)))
      .flatMap((file) => valueImports(file.text).map((name) => `${file.path} imports ${name}`))
      .filter((line) => /node:(?!crypto|util|buffer)/.test(line));
    expect(broken).toEqual([]);
  });
});

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Imports that are left after the types are stripped. */
function valueImports(text: string): readonly string[] {
  return [...text.matchAll(/^import (?!type\b)[^;]*?"([^"]+)"/gm)].map((match) => match[1] ?? "");
}
