import { readFileSync } from "node:fs";
import { interfaceName, isUnion, type AvroNamed, type AvroSchema } from "./types.ts";

/**
 * Writes the encoder of one Avro schema file, as text: one function a record, field by field, so that nothing about the schema is
 * left to find out for each event. Knows the kinds of types that the schemas have, and throws for others.
 */
export function encodersOfSchema(
  schemaFile: URL,
  {
    label,
    version,
    typesModule,
  }: { readonly label: string; readonly version: number; readonly typesModule: string },
): string {
  const root = JSON.parse(readFileSync(schemaFile, "utf8")) as AvroNamed;
  const functions = new Map<string, string>();
  addRecord(root, functions);
  const rootName = interfaceName(root.name ?? "");
  const header = `// Generated from ${label}; change the schema, then run: npm run generate\n`;
  const names = [...functions.keys()].toSorted().join(", ");
  const imports = `import type { ${names} } from "${typesModule}";\nimport type { AvroWriter } from "../writer.ts";\n`;
  const constant = `/** Version of the schema that these functions write. */\nexport const SCHEMA_VERSION: number = ${version};`;
  return `${header}${imports}\n${constant}\n\nexport ${functions.get(rootName)}\n\n${others(functions, rootName)}\n`;
}

function others(functions: ReadonlyMap<string, string>, rootName: string): string {
  return [...functions]
    .filter(([name]) => name !== rootName)
    .map(([, text]) => text)
    .join("\n\n");
}

function addRecord(schema: AvroNamed, functions: Map<string, string>): void {
  const name = interfaceName(schema.name ?? "");
  if (functions.has(name)) return;
  functions.set(name, "");
  const lines = (schema.fields ?? []).map(
    ({ name: field, type }) => `  ${statementOf(type, `value.${field}`, functions)}`,
  );
  functions.set(
    name,
    `function write${name}(writer: AvroWriter, value: ${name}): void {\n${lines.join("\n")}\n}`,
  );
}

function statementOf(type: AvroSchema, value: string, functions: Map<string, string>): string {
  if (isUnion(type)) return unionStatement(type, value, functions);
  const call = callOf(type, functions);
  return call.startsWith("write") ? `${call}(writer, ${value});` : `writer.${call}(${value});`;
}

/** The method of the writer, or the function of a record. */
function callOf(type: AvroSchema, functions: Map<string, string>): string {
  if (typeof type === "string") return METHODS[type] ?? `write${interfaceName(type)}`;
  if (isUnion(type)) throw new TypeError("Cannot encode a union inside of a list or map");
  if (type.type === "record") {
    addRecord(type, functions);
    return `write${interfaceName(type.name ?? "")}`;
  }
  if (type.type === "array" && type.items === "string") return "strings";
  if (type.type === "map" && type.values === "string") return "stringMap";
  if (type.type === "long") return "long";
  throw new TypeError(`Cannot encode the type ${JSON.stringify(type)}`);
}

/** Null first, then one type, or several records of which the value has one under its name. */
function unionStatement(
  [first, ...branches]: readonly AvroSchema[],
  value: string,
  functions: Map<string, string>,
): string {
  if (first !== "null" || branches.length === 0)
    throw new TypeError("Cannot encode a union that does not begin with null");
  const calls = branches.map((branch) => callOf(branch, functions));
  const [only] = calls;
  if (only === "string" || only === "long")
    return `writer.nullable${only === "string" ? "String" : "Long"}(${value});`;
  if (calls.length === 1)
    return `if (${value} === null) writer.branch(0);\n  else {\n    writer.branch(1);\n    ${only}(writer, ${value});\n  }`;
  const tries = branches.map((branch, index) => {
    const name = (branch as AvroNamed).name ?? "";
    return `else if ("${name}" in ${value}) {\n    writer.branch(${index + 1});\n    ${calls[index]}(writer, ${value}.${name});\n  }`;
  });
  const none = `else throw new TypeError(\`Cannot encode \${Object.keys(${value}).join()}: the schema has no such branch\`);`;
  return [`if (${value} === null) writer.branch(0);`, ...tries, none].join("\n  ");
}

const METHODS: Readonly<Record<string, string>> = {
  string: "string",
  bytes: "bytes",
  long: "long",
  boolean: "boolean",
};
