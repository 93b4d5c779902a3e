import { readFileSync } from "node:fs";
import avro from "avsc";
import { packageFile } from "../platform/package-file.ts";
import { boundedList } from "./bounded-lists.ts";

/** The published schemas, by subject and version; every version stays readable. */
export type Subject = "audit-event" | "grant" | "quarantined-event";

/** Text of a published schema file, as it goes into the header of a container file. */
export function schemaText(subject: Subject, version: number): string {
  return readFileSync(packageFile(`schemas/${subject}/v${version}.avsc`), "utf8");
}

/**
 * The codec of a schema. Names lose their namespace first: the bytes stay the same, and the branches of a union of records are
 * then `{ kubernetes: … }`, exactly as in the JSON form and in the generated types. What it reads may be damaged, its counts too.
 */
export function typeOfSchema(schema: string): avro.Type {
  const parsed: unknown = JSON.parse(schema, (key, value: unknown) =>
    key === "namespace" ? undefined : value,
  );
  return avro.Type.forSchema(parsed as avro.Schema, {
    wrapUnions: "auto",
    typeHook: boundedList,
  });
}

/** The same, made when it is asked for first: most of what a run does neither reads nor writes with it. */
export function lazyTypeOfSchema(schema: string): () => avro.Type {
  let made: avro.Type | null = null;
  return () => (made ??= typeOfSchema(schema));
}
