import {
  create,
  createFileRegistry,
  type DescMessage,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { BARE, LAYOUT_BY_NUMBER, type Layout, type LayoutField, type Scalar } from "./layout.ts";

type MessageInit = NonNullable<
  MessageInitShape<typeof FileDescriptorProtoSchema>["messageType"]
>[number];
type FieldInit = NonNullable<MessageInit["field"]>[number];

const TYPES: Readonly<Record<Scalar, Type>> = {
  string: Type.STRING,
  bool: Type.BOOL,
  int32: Type.INT32,
  int64: Type.INT64,
  uint32: Type.UINT32,
  uint64: Type.UINT64,
  bytes: Type.BYTES,
};

/**
 * The descriptors of the layouts. Fields have names made of their numbers, since the log's names have dots. Version 2 of the language:
 * Teleport's encoder checks no UTF-8, and version 3 would refuse a command line that has none.
 */
const REGISTRY = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      create(FileDescriptorProtoSchema, {
        name: "recording.proto",
        package: "recording",
        syntax: "proto2",
        messageType: [
          recordMessage(),
          { name: "Time", field: [scalar(1, Type.INT64), scalar(2, Type.INT32)] },
          { name: "Entry", field: [scalar(1, Type.STRING), scalar(2, Type.STRING)] },
          ...reachable([...LAYOUT_BY_NUMBER.values(), BARE]).map(messageOf),
        ],
      }),
    ],
  }),
);

/** What stands around the event of every record: the number of its only field says which event it is. */
export const RECORD: DescMessage = descriptor("Record");
/** An event of which only the metadata are known. */
export const BARE_EVENT: DescMessage = descriptor(BARE.message);

/** Name of the property that holds the field of this number. */
export function propertyOf(number: number): string {
  return `f${number}`;
}

function descriptor(name: string): DescMessage {
  const found = REGISTRY.getMessage(`recording.${name}`);
  if (found === undefined) throw new RangeError(`Cannot find the message "${name}"`);
  return found;
}

function recordMessage(): MessageInit {
  const events = [...LAYOUT_BY_NUMBER].map(([number, { message }]) => ({
    ...messageField(number, message, false),
    oneofIndex: 0,
  }));
  return { name: "Record", field: events, oneofDecl: [{ name: "event" }] };
}

/** The layouts and all that they are made of, each once. */
function reachable(layouts: readonly Layout[]): readonly Layout[] {
  const all = new Set<Layout>();
  const open = [...layouts];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (all.has(next)) continue;
    all.add(next);
    for (const { content } of next.fields) if ("layout" in content) open.push(content.layout);
  }
  return [...all];
}

function messageOf({ message, fields }: Layout): MessageInit {
  return { name: message, field: fields.map(fieldOf) };
}

function fieldOf({ number, content }: LayoutField): FieldInit {
  switch (content.kind) {
    case "scalar":
      return scalar(number, TYPES[content.scalar], content.isList);
    case "time":
      return messageField(number, "Time", false);
    case "map":
      return messageField(number, "Entry", true);
    case "object":
    case "block":
      return messageField(number, content.layout.message, false);
  }
}

function scalar(number: number, type: Type, isList = false): FieldInit {
  return {
    name: propertyOf(number),
    number,
    type,
    label: isList ? Label.REPEATED : Label.OPTIONAL,
  };
}

function messageField(number: number, message: string, isList: boolean): FieldInit {
  return { ...scalar(number, Type.MESSAGE, isList), typeName: `.recording.${message}` };
}
