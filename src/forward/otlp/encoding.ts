import type { Protocol } from "./classify.ts";
import type { Encoding } from "./encoded-request.ts";
import { createProtobufEncoder, type ProtobufEncoder } from "./protobuf.ts";

/** The OpenTelemetry SDK is loaded only where JSON is asked for. */
export async function createEncoding(protocol: Protocol): Promise<Encoding> {
  if (protocol === "http/protobuf") return createProtobufEncoding();
  const { createJsonEncoder } = await import("./json.ts");
  return createJsonEncoder();
}

const SIZE_BYTES = 4 * 1024 * 1024;
/** An encoder that grew beyond this for one large batch is not kept. */
const KEPT_BYTES_MAX = 16 * 1024 * 1024;

/** One encoder, lent to one request at a time; a request that comes meanwhile gets one of its own. */
function createProtobufEncoding(): Encoding {
  let idle: ProtobufEncoder | null = null;
  return {
    encode: (entries) => {
      const encoder = idle ?? createProtobufEncoder(SIZE_BYTES);
      idle = null;
      const body = encoder.encode(entries);
      const release = (): void => {
        if (encoder.capacityBytes <= KEPT_BYTES_MAX) idle = encoder;
      };
      return Promise.resolve({ body, release });
    },
    close: () => Promise.resolve(),
  };
}
