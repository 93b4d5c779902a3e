import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { typeOfSchema } from "../../../src/avro/schemas.ts";
import { publishedSchemas, type PublishedSchema } from "./published.ts";
import { SAMPLES } from "./samples.ts";

const published = publishedSchemas();

/** A sample in one version of its schema. */
interface Sampled extends PublishedSchema {
  readonly name: string;
  readonly value: unknown;
}

const sampled: readonly Sampled[] = published.flatMap((schema) =>
  Object.entries(SAMPLES[schema.subject] ?? {}).map(([name, value]) => ({ ...schema, name, value })),
);

function goldenFile({ subject, version, name }: Sampled): string {
  const suffix = name === "usual" ? "" : `.${name}`;
  return new URL(`${subject}.v${version}${suffix}.hex`, import.meta.url).pathname;
}

function golden(sample: Sampled): Buffer {
  return Buffer.from(readFileSync(goldenFile(sample), "utf8").trim(), "hex");
}

/** Written once, when a version is published; afterwards the file is the promise. */
function publish(sample: Sampled): void {
  const bytes = typeOfSchema(sample.text).toBuffer(sample.value);
  writeFileSync(goldenFile(sample), `${bytes.toString("hex")}\n`);
}

/** What of the sample the version can say. */
function sayable({ text, value }: Sampled): unknown {
  return plain(typeOfSchema(text).clone(value));
}

describe("published schemas", () => {
  it("are there, each with golden bytes", () => {
    expect(new Set(published.map((schema) => schema.subject))).toEqual(new Set(Object.keys(SAMPLES)));
    for (const sample of sampled) {
      if (!existsSync(goldenFile(sample)) && process.env["CHAPERONE_UPDATE_GOLDEN"] === "1") publish(sample);
      expect(existsSync(goldenFile(sample)), goldenFile(sample)).toBe(true);
    }
  });

  it.each(sampled)("$subject v$version reads the bytes that it wrote when it was published: $name", (sample) => {
    const decoded: unknown = typeOfSchema(sample.text).fromBuffer(golden(sample));
    expect(plain(decoded)).toEqual(sayable(sample));
  });

  it.each(sampled)("$subject v$version still writes the same bytes: $name", (sample) => {
    const bytes = typeOfSchema(sample.text).toBuffer(sample.value);
    expect(bytes.toString("hex")).toBe(golden(sample).toString("hex"));
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

const pairs = sampled.flatMap((sample) =>
  published
    .filter((reader) => reader.subject === sample.subject)
    .map(({ version, text }) => ({ ...sample, sample, writer: sample.version, reader: version, text })),
);

/** What a detail's fields of audit-event v2 are where v1 wrote it. */
const SINCE_V2: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  finding: { number: 1, firstId: null, state: "open" },
  grant: { seal: null },
};

/** The sample as its version could write it, with the defaults that a newer one reads. */
function written({ subject, version, name, value }: Sampled): unknown {
  const added = SINCE_V2[name];
  if (subject !== "audit-event" || version > 1 || added === undefined) return value;
  const { detail } = value as { readonly detail: Readonly<Record<string, object>> };
  return { ...(value as object), detail: { [name]: { ...detail[name], ...added } } };
}

describe("compatibility of every version with every other, in both directions", () => {
  it.each(pairs)("$subject: v$reader reads what v$writer wrote: $name", ({ sample, text }) => {
    const reader = typeOfSchema(text);
    const resolver = reader.createResolver(typeOfSchema(sample.text));
    const read: unknown = reader.fromBuffer(golden(sample), resolver);
    expect(plain(read)).toEqual(plain(reader.clone(written(sample))));
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
