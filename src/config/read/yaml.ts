import { LineCounter, isMap, isNode, isScalar, parseDocument, type Document } from "yaml";
import { describeError } from "../../model/error.ts";
import type { ConfigurationPath } from "../problem.ts";

/** Limits of the file: it is written by people, and read by a parser. */
const TEXT_LENGTH_MAX = 1024 * 1024;
/** Faults of the syntax that are told: one fault often makes many. */
const FAULTS_MAX = 10;
const TOO_DEEP = "is nested too deeply";
/** V8's words, which the parser takes for a fault of the text. */
const STACK_OVERFLOW = "Maximum call stack size exceeded";
/** Nodes that aliases may stand for, per alias that is used: a few lines must not become gigabytes. */
const ALIASES_MAX = 100;

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What the YAML says, and where it says it. */
export interface YamlTree {
  /** Plain values: mappings are objects, lists are arrays. */
  readonly value: unknown;
  /** Where the value (or, `about` key, its key) stands; the nearest thing around it that is there. */
  placeOf(path: ConfigurationPath, about: "value" | "key"): Place | null;
}

export interface YamlFault extends Partial<Place> {
  readonly message: string;
}

export interface YamlFaults {
  readonly faults: readonly YamlFault[];
  /** How many more there are. */
  readonly furtherFaults: number;
}

/** Reads one YAML 1.2 document; gives the first faults of its syntax. Never throws. */
export function readYaml(text: string): { readonly tree: YamlTree } | YamlFaults {
  if (text.length > TEXT_LENGTH_MAX) return fault(`is larger than ${TEXT_LENGTH_MAX} characters`);
  try {
    return readDocument(text);
  } catch (error) {
    // Deep nesting overflows the parser's stack, too many aliases are a ReferenceError of its own.
    return fault(error instanceof RangeError ? TOO_DEEP : `is no YAML: ${describeError(error)}`);
  }
}

function readDocument(text: string): { readonly tree: YamlTree } | YamlFaults {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    // At "silent" a second document would go unnoticed.
    logLevel: "error",
  });
  const found = [...document.errors, ...document.warnings];
  if (found.some(({ message }) => message.includes(STACK_OVERFLOW))) return fault(TOO_DEEP);
  const faults = found.slice(0, FAULTS_MAX).map((error) => {
    const place = lines.linePos(error.pos[0]);
    return {
      message: `is no valid YAML: ${oneLine(error.message)}`,
      line: place.line,
      column: place.col,
    };
  });
  if (faults.length > 0) return { faults, furtherFaults: found.length - faults.length };
  if (document.contents === null) return fault("is empty");
  const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
  if (holdsItself(value, new Set())) return fault("holds an alias of what it stands in");
  return {
    tree: {
      value,
      placeOf: (path, about) => {
        const offset = offsetOf(document, path, about);
        if (offset === null) return null;
        const place = lines.linePos(offset);
        return { line: place.line, column: place.col };
      },
    },
  };
}

function fault(message: string): YamlFaults {
  return { faults: [{ message }], furtherFaults: 0 };
}

function holdsItself(value: unknown, around: Set<object>): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (around.has(value)) return true;
  around.add(value);
  const found = Object.values(value).some((item) => holdsItself(item, around));
  around.delete(value);
  return found;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function offsetOf(
  document: Document,
  path: ConfigurationPath,
  about: "value" | "key",
): number | null {
  if (about === "key") {
    const parent = document.getIn(path.slice(0, -1), true);
    const pair = isMap(parent)
      ? parent.items.find((item) => isScalar(item.key) && String(item.key.value) === path.at(-1))
      : undefined;
    if (isNode(pair?.key)) return pair.key.range?.[0] ?? null;
  }
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return null;
}
