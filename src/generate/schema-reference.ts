import { readdirSync, readFileSync } from "node:fs";
import type { MappingRow } from "../forward/otlp/mapping.ts";

interface Schema {
  readonly type: unknown;
  readonly name?: string;
  readonly doc?: string;
  readonly fields?: readonly {
    readonly name: string;
    readonly type: unknown;
    readonly doc?: string;
  }[];
  readonly items?: unknown;
  readonly values?: unknown;
  readonly logicalType?: string;
}

const FOLDER = new URL("../../schemas/", import.meta.url);

/** Text of schemas/README.md: every field of every published version, and the OTLP mapping. */
export function schemaReference(otlp: readonly MappingRow[]): string {
  const subjects = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const sections = subjects
    .map((entry) => entry.name)
    .toSorted()
    .flatMap((subject) => versionsOf(subject).map((version) => sectionOf(subject, version)));
  return `${HEADER}\n${sections.join("\n")}\n${otlpSection(otlp)}`;
}

const HEADER = `<!-- Generated from the schemas in this folder; run: npm run generate -->

# Schemas

Everything that Chaperone writes is Avro, and every version that was ever published stays here. A new version is a new file; it reads
what all earlier ones wrote, and they read what it writes (\`test/golden/schema\` keeps that). Instants are microseconds since the Unix
epoch, UTC. In the JSON form (file and Kafka endpoints, \`--json\`) they are RFC 3339 with six fraction digits, unions are unwrapped,
what is absent is \`null\`, and \`original.bytes\` is text where the bytes are valid UTF-8 (\`"encoding": "utf8"\`), else Base64.
`;

function versionsOf(subject: string): readonly string[] {
  return readdirSync(new URL(`${subject}/`, FOLDER))
    .filter((file) => /^v\d+\.avsc$/.test(file))
    .toSorted();
}

function sectionOf(subject: string, file: string): string {
  const schema = JSON.parse(readFileSync(new URL(`${subject}/${file}`, FOLDER), "utf8")) as Schema;
  const tables: string[] = [];
  collect(schema, tables);
  return `## [${subject}/${file}](${subject}/${file})\n\n${tables.join("\n")}`;
}

/** Adds a table for a record, and for each record that it holds. */
function collect(schema: unknown, tables: string[]): void {
  if (Array.isArray(schema)) {
    for (const branch of schema as unknown[]) collect(branch, tables);
    return;
  }
  if (typeof schema !== "object" || schema === null) return;
  const { type, name, doc, fields, items, values } = schema as Schema;
  if (type === "record") {
    const rows = (fields ?? []).map(
      (field) => `| \`${field.name}\` | ${typeText(field.type)} | ${field.doc ?? ""} |`,
    );
    tables.push(
      `### ${name}\n\n${doc ?? ""}\n\n| field | type | meaning |\n|---|---|---|\n${rows.join("\n")}\n`,
    );
    for (const field of fields ?? []) collect(field.type, tables);
    return;
  }
  for (const inner of [type, items, values]) collect(inner, tables);
}

function typeText(type: unknown): string {
  if (typeof type === "string") return type;
  if (Array.isArray(type)) return (type as unknown[]).map(typeText).join(" or ");
  const schema = type as Schema;
  if (schema.logicalType !== undefined) return schema.logicalType;
  if (schema.type === "array") return `list of ${typeText(schema.items)}`;
  if (schema.type === "map") return `map of ${typeText(schema.values)}`;
  return schema.name ?? typeText(schema.type);
}

function otlpSection(rows: readonly MappingRow[]): string {
  const lines = rows.map(
    (row) => `| ${row.place} | \`${row.key}\` | ${row.type} | \`${row.field}\` | ${row.doc} |`,
  );
  return `## In OTLP

Where a field of an event stands in an OTLP log record. What is absent is left out.

| place | name | type | field of the event | meaning |
|---|---|---|---|---|
${lines.join("\n")}
`;
}
