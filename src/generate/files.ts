import { readdirSync, readFileSync } from "node:fs";
import { configurationJsonSchema } from "../config/json-schema.ts";
import { OTLP_MAPPING } from "../forward/otlp/mapping.ts";
import { encodersOfSchema } from "./encoders.ts";
import { withGuarantees } from "./guarantees.ts";
import { schemaReference } from "./schema-reference.ts";
import { typesOfSchema } from "./types.ts";

/** A file that is made from another one: where it stands and what it must hold. */
export interface GeneratedFile {
  readonly url: URL;
  readonly content: string;
}

const SCHEMAS = ["audit-event", "grant", "quarantined-event"] as const;

/** Every generated file of the project with its current content. */
export function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const types = SCHEMAS.map((name) => {
    const { url, label } = schemaFile(name, newestVersion(name));
    return {
      url: new URL(`../model/generated/${name}.ts`, import.meta.url),
      content: typesOfSchema(url, label),
    };
  });
  const version = newestVersion("audit-event");
  const event = schemaFile("audit-event", version);
  const encoder = {
    url: new URL("../avro/generated/write-audit-event.ts", import.meta.url),
    content: encodersOfSchema(event.url, {
      ...event,
      version,
      typesModule: "../../model/generated/audit-event.ts",
    }),
  };
  const reference = {
    url: new URL("../../schemas/README.md", import.meta.url),
    content: schemaReference(OTLP_MAPPING),
  };
  const configuration = {
    url: new URL("../../config/chaperone.schema.json", import.meta.url),
    content: configurationJsonSchema(),
  };
  const readme = new URL("../../README.md", import.meta.url);
  const guarantees = { url: readme, content: withGuarantees(readFileSync(readme, "utf8")) };
  return Promise.resolve([...types, encoder, reference, configuration, guarantees]);
}

function newestVersion(name: string): number {
  const files = readdirSync(new URL(`../../schemas/${name}/`, import.meta.url));
  return Math.max(...files.map((file) => Number(/^v(\d+)\.avsc$/.exec(file)?.[1] ?? 0)));
}

function schemaFile(name: string, version: number): { readonly url: URL; readonly label: string } {
  const label = `schemas/${name}/v${version}.avsc`;
  return { url: new URL(`../../${label}`, import.meta.url), label };
}
