import { create, createFileRegistry, fromBinary, toJson } from "@bufbuild/protobuf";
import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

/**
 * The part of opentelemetry-proto that carries logs, as field names, numbers and types: common/v1, resource/v1, logs/v1 and
 * collector/logs/v1 of https://github.com/open-telemetry/opentelemetry-proto. A decoder that knows nothing of our encoder reads
 * by it.
 */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, readonly [number, FieldType]>>>> = {
  AnyValue: {
    string_value: [1, "string"],
    bool_value: [2, "bool"],
    int_value: [3, "int64"],
    double_value: [4, "double"],
    array_value: [5, "ArrayValue"],
    kvlist_value: [6, "KeyValueList"],
    bytes_value: [7, "bytes"],
  },
  ArrayValue: { values: [1, "AnyValue[]"] },
  KeyValueList: { values: [1, "KeyValue[]"] },
  KeyValue: { key: [1, "string"], value: [2, "AnyValue"] },
  InstrumentationScope: {
    name: [1, "string"],
    version: [2, "string"],
    attributes: [3, "KeyValue[]"],
    dropped_attributes_count: [4, "uint32"],
  },
  Resource: { attributes: [1, "KeyValue[]"], dropped_attributes_count: [2, "uint32"] },
  ResourceLogs: {
    resource: [1, "Resource"],
    scope_logs: [2, "ScopeLogs[]"],
    schema_url: [3, "string"],
  },
  ScopeLogs: {
    scope: [1, "InstrumentationScope"],
    log_records: [2, "LogRecord[]"],
    schema_url: [3, "string"],
  },
  LogRecord: {
    time_unix_nano: [1, "fixed64"],
    severity_number: [2, "int32"],
    severity_text: [3, "string"],
    body: [5, "AnyValue"],
    attributes: [6, "KeyValue[]"],
    dropped_attributes_count: [7, "uint32"],
    flags: [8, "fixed32"],
    trace_id: [9, "bytes"],
    span_id: [10, "bytes"],
    observed_time_unix_nano: [11, "fixed64"],
    event_name: [12, "string"],
  },
  ExportLogsServiceRequest: { resource_logs: [1, "ResourceLogs[]"] },
  ExportLogsServiceResponse: { partial_success: [1, "ExportLogsPartialSuccess"] },
  ExportLogsPartialSuccess: { rejected_log_records: [1, "int64"], error_message: [2, "string"] },
};

const SCALARS = {
  string: Type.STRING,
  bool: Type.BOOL,
  int32: Type.INT32,
  int64: Type.INT64,
  uint32: Type.UINT32,
  double: Type.DOUBLE,
  bytes: Type.BYTES,
  fixed32: Type.FIXED32,
  fixed64: Type.FIXED64,
} as const;

type FieldType = string;

const registry = createFileRegistry(
  create(FileDescriptorSetSchema, {
    file: [
      create(FileDescriptorProtoSchema, {
        name: "logs.proto",
        package: "otlp",
        syntax: "proto3",
        messageType: Object.entries(MESSAGES).map(([name, fields]) => ({
          name,
          field: Object.entries(fields).map(([field, [number, type]]) =>
            descriptorOf(field, number, type, name === "AnyValue"),
          ),
          oneofDecl: name === "AnyValue" ? [{ name: "value" }] : [],
        })),
      }),
    ],
  }),
);

type FieldInit = NonNullable<
  MessageInitShape<typeof FileDescriptorProtoSchema>["messageType"]
>[number]["field"];

function descriptorOf(
  name: string,
  number: number,
  type: FieldType,
  isOneof: boolean,
): NonNullable<FieldInit>[number] {
  const [base = ""] = type.split("[]");
  const scalar = (SCALARS as Readonly<Record<string, Type>>)[base];
  return {
    name,
    number,
    jsonName: name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    label: type.endsWith("[]") ? Label.REPEATED : Label.OPTIONAL,
    type: scalar ?? Type.MESSAGE,
    ...(scalar === undefined ? { typeName: `.otlp.${base}` } : {}),
    ...(isOneof ? { oneofIndex: 0 } : {}),
  };
}

/** A message in the JSON mapping of proto3: 64-bit integers are strings, bytes are base64. Throws on what is no such message. */
export function decodeOtlp(message: string, bytes: Uint8Array): JsonObject {
  const descriptor = registry.getMessage(`otlp.${message}`);
  if (descriptor === undefined) throw new Error(`Cannot decode "${message}": no such message`);
  return toJson(descriptor, fromBinary(descriptor, bytes)) as JsonObject;
}
