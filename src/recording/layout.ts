import { BLOCKS, EVENTS, OBJECTS } from "./layouts.ts";

const SCALARS = ["string", "bool", "int32", "int64", "uint32", "uint64", "bytes"] as const;
export type Scalar = (typeof SCALARS)[number];

/** What a field is made of: a scalar, a point in time, texts by name, another message. */
export type Content =
  | { readonly kind: "scalar"; readonly scalar: Scalar; readonly isList: boolean }
  | { readonly kind: "time" }
  | { readonly kind: "map" }
  | { readonly kind: "object"; readonly layout: Layout }
  /** The fields of the message stand on the level of the event. */
  | { readonly kind: "block"; readonly layout: Layout };

export interface LayoutField {
  readonly number: number;
  /** In the JSON of the log. */
  readonly name: string;
  readonly content: Content;
  /** Written to the log also where it is empty. */
  readonly isAlwaysWritten: boolean;
}

export interface Layout {
  readonly message: string;
  readonly fields: readonly LayoutField[];
}

const FIELD = /^(?<name>[\w.]+)=(?<number>\d+)(?::(?<type>\w*)(?<list>\[\])?)?(?<always>!)?$/;

const OBJECT_LAYOUTS = layoutsOf(OBJECTS, new Map());
const BLOCK_LAYOUTS = layoutsOf(BLOCKS, OBJECT_LAYOUTS);
const PARTS: ReadonlyMap<string, Layout> = new Map([...OBJECT_LAYOUTS, ...BLOCK_LAYOUTS]);

/** Of an event that has no layout of its own: every event begins with the metadata. */
export const BARE: Layout = parse("Bare", "Metadata=1", PARTS);

/** Layouts of the events by their number in a record. */
export const LAYOUT_BY_NUMBER: ReadonlyMap<number, Layout> = new Map(
  EVENTS.map(([number, , text]) => [number, parse(`Event${number}`, text, PARTS)]),
);

const LAYOUT_BY_TYPE = new Map(
  EVENTS.flatMap(([number, types]) =>
    types.map((type) => [type, LAYOUT_BY_NUMBER.get(number) ?? BARE] as const),
  ),
);

const PLAIN_NAMES = new Map<Layout, ReadonlySet<string>>();

/** Names of the fields of an event of this type that a record of a recording states and that are no objects. */
export function plainNamesOf(eventType: string): ReadonlySet<string> {
  const layout = LAYOUT_BY_TYPE.get(eventType) ?? BARE;
  const names = PLAIN_NAMES.get(layout) ?? new Set(namesIn(layout));
  PLAIN_NAMES.set(layout, names);
  return names;
}

function namesIn({ fields }: Layout): readonly string[] {
  return fields.flatMap(({ name, content }) => {
    if (content.kind === "block") return namesIn(content.layout);
    return content.kind === "object" ? [] : [name];
  });
}

function layoutsOf(
  texts: Readonly<Record<string, string>>,
  parts: ReadonlyMap<string, Layout>,
): ReadonlyMap<string, Layout> {
  const layouts = Object.entries(texts).map(([message, text]) => parse(message, text, parts));
  return new Map(layouts.map((layout) => [layout.message, layout]));
}

/** Reads the notation of layouts.ts. */
function parse(message: string, text: string, parts: ReadonlyMap<string, Layout>): Layout {
  return { message, fields: text.split(" ").map((field) => parseField(field, parts)) };
}

function parseField(text: string, parts: ReadonlyMap<string, Layout>): LayoutField {
  const { name = "", number, type = "", list, always } = FIELD.exec(text)?.groups ?? {};
  if (number === undefined) throw new SyntaxError(`Cannot read the layout field "${text}"`);
  const block = parts.get(name);
  return {
    number: Number(number),
    name,
    content:
      block === undefined
        ? contentOf(type, list !== undefined, parts)
        : { kind: "block", layout: block },
    isAlwaysWritten: always !== undefined,
  };
}

function contentOf(type: string, isList: boolean, parts: ReadonlyMap<string, Layout>): Content {
  if (type === "time" || type === "map") return { kind: type };
  const object = parts.get(type);
  if (object !== undefined) return { kind: "object", layout: object };
  const scalar = SCALARS.find((each) => each === (type === "" ? "string" : type));
  if (scalar === undefined) throw new SyntaxError(`Cannot read the layout type "${type}"`);
  return { kind: "scalar", scalar, isList };
}
