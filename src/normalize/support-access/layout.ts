import { SnapshotFault } from "./fault.ts";

/** A snapshot taken apart; nothing is read yet. */
interface Layout {
  readonly status: string;
  readonly enabledRoles: string;
  readonly count: string;
  readonly blocks: readonly Block[];
}

/** What stands below `Request 1:`; names in lower case. */
export interface Block {
  readonly number: number;
  readonly fields: ReadonlyMap<string, string>;
}

const TOP_FIELDS = ["support access status", "enabled roles", "active requests"] as const;

/** @throws SnapshotFault for a line that is no field, a field twice, and a field of the whole that is missing. */
export function readLayout(text: string): Layout {
  const top = new Map<string, string>();
  const blocks: { readonly number: number; readonly fields: Map<string, string> }[] = [];
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === "") continue;
    const [name, value] = readField(line, index + 1);
    const number = value === "" ? /^request (\d{1,9})$/.exec(name)?.[1] : undefined;
    if (number !== undefined) {
      blocks.push({ number: Number(number), fields: new Map() });
      continue;
    }
    // Whatever the order of the fields, these are never a request's.
    const isTop = TOP_FIELDS.some((field) => field === name);
    const fields = isTop ? top : (blocks.at(-1)?.fields ?? top);
    if (fields.has(name)) throw new SnapshotFault(`line ${index + 1} states "${name}" again`);
    fields.set(name, value);
  }
  const [status, enabledRoles, count] = TOP_FIELDS.map((name) => {
    const value = top.get(name);
    if (value === undefined) throw new SnapshotFault(`it does not state "${name}"`);
    return value;
  });
  return { status: status ?? "", enabledRoles: enabledRoles ?? "", count: count ?? "", blocks };
}

function readField(line: string, number: number): readonly [name: string, value: string] {
  const colon = line.indexOf(":");
  if (colon < 1) throw new SnapshotFault(`line ${number} is no field: "${line.slice(0, 100)}"`);
  const name = line.slice(0, colon).trim().replace(/\s+/g, " ").toLowerCase();
  if (name === "") throw new SnapshotFault(`line ${number} is a field without a name`);
  return [name, line.slice(colon + 1).trim()];
}
