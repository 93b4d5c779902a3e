import { gunzipSync } from "node:zlib";
import { logRecordsOf, type LogRecord } from "./containers/otlp-json.ts";
import type { HttpRequest } from "./http-destination.ts";
import { decodeOtlp } from "./otlp-schema.ts";

/** The log records of a request as a server received it, in either format, compressed or not. */
export function receivedRecords(request: HttpRequest): readonly LogRecord[] {
  const isGzip = request.headers["content-encoding"] === "gzip";
  const body = isGzip ? gunzipSync(request.body) : request.body;
  return request.headers["content-type"] === "application/json"
    ? logRecordsOf(body.toString("utf8"))
    : decodedRecords(body);
}

/** Ids of the events of a request, in its order. */
export function receivedIds(request: HttpRequest): readonly string[] {
  return receivedRecords(request).map((record) => {
    const id = record.attributes["log.record.uid"];
    if (typeof id !== "string") throw new TypeError("A log record came without its id");
    return id;
  });
}

/** The log records of an ExportLogsServiceRequest in protobuf, read by a decoder that is not ours. */
export function decodedRecords(body: Uint8Array): readonly LogRecord[] {
  return logRecordsOf(JSON.stringify(decodeOtlp("ExportLogsServiceRequest", body)));
}
