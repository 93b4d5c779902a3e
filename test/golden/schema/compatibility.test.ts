import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { typeOfSchema } from "../../../src/avro/schemas.ts";
import { publishedSchemas, type PublishedSchema } from "./published.ts";
import { SAMPLES } from "./samples.ts";

const published = publishedSchemas();
const sampled = published.filter((schema) => schema.subject in SAMPLES);

function goldenFile({ subject, version }: PublishedSchema): string {
  return new URL(`${subject}.v${version}.hex`, import.meta.url).pathname;
}

function golden(schema: PublishedSchema): Buffer {
  return Buffer.from(readFileSync(goldenFile(schema), "utf8").trim(), "hex");
}

/** Written once, when a version is published; afterwards the file is the promise. */
function publish(schema: PublishedSchema): void {
  const bytes = typeOfSchema(schema.text).toBuffer(SAMPLES[schema.subject]);
  writeFileSync(goldenFile(schema), `${bytes.toString("hex")}\n`);
}

describe("published schemas", () => {
  it("are there, each with golden bytes", () => {
    expect(new Set(sampled.map((schema) => schema.subject))).toEqual(new Set(Object.keys(SAMPLES)));
    for (const schema of sampled) {
      if (!existsSync(goldenFile(schema)) && process.env["CHAPERONE_UPDATE_GOLDEN"] === "1") publish(schema);
      expect(existsSync(goldenFile(schema)), goldenFile(schema)).toBe(true);
    }
  });

  it.each(sampled)("$subject v$version reads the bytes that it wrote when it was published", (schema) => {
    const decoded: unknown = typeOfSchema(schema.text).fromBuffer(golden(schema));
    expect(plain(decoded)).toMatchObject(plain(SAMPLES[schema.subject]) as object);
  });

  it.each(sampled)("$subject v$version still writes the same bytes", (schema) => {
    const bytes = typeOfSchema(schema.text).toBuffer(SAMPLES[schema.subject]);
    expect(bytes.toString("hex")).toBe(golden(schema).toString("hex"));
  });

  it("have a doc on every field", () => {
    for (const { subject, version, text } of published)
      JSON.parse(text, (_key, value: unknown) => {
        const isField = typeof value === "object" && value !== null && "type" in value && "name" in value;
        if (isField) expect(value, `${subject} v${version} ${String(value.name)}`).toHaveProperty("doc");
        return value;
      });
  });
});

const pairs = sampled.flatMap((writer) =>
  sampled
    .filter((reader) => reader.subject === writer.subject)
    .map((reader) => ({ subject: writer.subject, writer: writer.version, reader: reader.version, texts: { writer, reader } })),
);

describe("compatibility of every version with every other, in both directions", () => {
  it.each(pairs)("$subject: v$reader reads what v$writer wrote", ({ texts }) => {
    const reader = typeOfSchema(texts.reader.text);
    const resolver = reader.createResolver(typeOfSchema(texts.writer.text));
    const read: unknown = reader.fromBuffer(golden(texts.writer), resolver);
    expect(reader.isValid(read)).toBe(true);
  });

  it("is what a new version without a default would break", () => {
    const v1 = published.find((schema) => schema.subject === "grant");
    const parsed = JSON.parse(v1?.text ?? "") as { fields: object[] };
    parsed.fields.push({ name: "severity", type: "string" });
    const next = typeOfSchema(JSON.stringify(parsed));
    expect(() => next.createResolver(typeOfSchema(v1?.text ?? ""))).toThrow();
  });
});

/** Buffers and typed arrays compare by content. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Uint8Array ? Buffer.from(inner).toString("hex") : inner)),
  );
}
