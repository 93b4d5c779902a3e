import { readFileSync } from "node:fs";

export type AvroSchema = string | readonly AvroSchema[] | AvroNamed;
export interface AvroNamed {
  readonly type: string | AvroNamed;
  readonly name?: string;
  readonly doc?: string;
  readonly fields?: readonly AvroField[];
  readonly items?: AvroSchema;
  readonly values?: AvroSchema;
  readonly logicalType?: string;
}
interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly doc?: string;
}

/** Writes the TypeScript interfaces of one Avro schema file, as text: one interface a record, unions of records as one-key objects. */
export function typesOfSchema(schemaFile: URL, label: string): string {
  const root = JSON.parse(readFileSync(schemaFile, "utf8")) as AvroNamed;
  const interfaces: string[] = [];
  typeOf(root, interfaces);
  const usesMicros = interfaces.some((text) => text.includes("Micros"));
  const header = `// Generated from ${label}; change the schema, then run: npm run generate\n`;
  const imports = usesMicros ? `import type { Micros } from "../time.ts";\n` : "";
  return `${header}${imports}\n${interfaces.join("\n\n")}\n`;
}

function typeOf(schema: AvroSchema, interfaces: string[]): string {
  if (typeof schema === "string") return PRIMITIVES[schema] ?? schema;
  if (isUnion(schema)) return unionType(schema, interfaces);
  if (schema.logicalType === "timestamp-micros") return "Micros";
  if (schema.type === "array") return `readonly ${typeOf(schema.items ?? "null", interfaces)}[]`;
  if (schema.type === "map")
    return `Readonly<Record<string, ${typeOf(schema.values ?? "null", interfaces)}>>`;
  if (schema.type === "record") return recordType(schema, interfaces);
  return typeOf(schema.type, interfaces);
}

function unionType(branches: readonly AvroSchema[], interfaces: string[]): string {
  const records = branches.filter((branch) => typeof branch !== "string" && !isUnion(branch));
  const isWrapped = records.filter((branch) => (branch as AvroNamed).type === "record").length > 1;
  return branches
    .map((branch) => {
      const type = typeOf(branch, interfaces);
      if (!isWrapped || branch === "null") return type;
      return `{ readonly ${(branch as AvroNamed).name}: ${type} }`;
    })
    .toSorted((a, b) => Number(a === "null") - Number(b === "null"))
    .join(" | ");
}

function recordType(schema: AvroNamed, interfaces: string[]): string {
  const name = interfaceName(schema.name ?? "");
  const slot = interfaces.push("") - 1;
  const fields = (schema.fields ?? []).map((field) => {
    const doc = field.doc === undefined ? "" : `  /** ${field.doc} */\n`;
    return `${doc}  readonly ${field.name}: ${typeOf(field.type, interfaces)};`;
  });
  const doc = schema.doc === undefined ? "" : `/** ${schema.doc} */\n`;
  interfaces[slot] = `${doc}export interface ${name} {\n${fields.join("\n")}\n}`;
  return name;
}

/** The branches of `detail` are named in lower case for the JSON form; their interfaces say what they are. */
export function interfaceName(name: string): string {
  return /^[a-z]/.test(name) ? `${name.charAt(0).toUpperCase()}${name.slice(1)}Detail` : name;
}

export function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: "string",
  bytes: "Uint8Array",
  long: "number",
  int: "number",
  boolean: "boolean",
  null: "null",
};
