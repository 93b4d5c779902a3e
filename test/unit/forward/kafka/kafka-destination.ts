import { createServer, type Socket } from "node:net";
import { readProduceRequest, type SentBatch } from "./produce-request.ts";
import { array, createWireReader, int16, int32, int64, text, type WireReader } from "./wire.ts";

export type { SentBatch };

/** What becomes of one produce request. */
export type ProduceAnswer =
  /** The partition's error code; 0 where it was taken. */
  | { readonly errorCode: number }
  /** The connection is cut: before the answer, or in the middle of it. */
  | { readonly cut: "before" | "within" }
  /** Nobody answers. */
  | { readonly isSilent: true };

export interface KafkaDestinationOptions {
  readonly port: number;
  readonly topic: string;
  readonly partitionCount: number;
  readonly onProduce: (batch: SentBatch) => ProduceAnswer | Promise<ProduceAnswer>;
  /** The error code of the topic in metadata; 0 where left out. */
  readonly topicErrorCode?: () => number;
  /** The one of its requests, by key, that it never answers. */
  readonly silentAt?: number;
  /** The error code of a login; 0 where left out. */
  readonly loginErrorCode?: () => number;
}

export interface KafkaDestination {
  /** Ends its connections in good order, as a broker does with idle ones; takes new ones. */
  hangUp(): void;
  close(): Promise<void>;
}

const PRODUCE = 0;
const METADATA = 3;
const SASL_HANDSHAKE = 17;
const API_VERSIONS = 18;
const SASL_AUTHENTICATE = 36;

/** The one version of each that it speaks. */
const VERSIONS: readonly (readonly [key: number, version: number])[] = [
  [PRODUCE, 3],
  [METADATA, 1],
  [SASL_HANDSHAKE, 1],
  [API_VERSIONS, 2],
  [SASL_AUTHENTICATE, 1],
];

/**
 * A destination that speaks as much of Kafka's protocol as a producer needs, and does what no real broker can be brought to do on
 * demand. It keeps nothing.
 */
export async function createKafkaDestination(
  options: KafkaDestinationOptions,
): Promise<KafkaDestination> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    readFrames(socket, (frame) => answer(socket, frame, options));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, "127.0.0.1", resolve);
  });
  return {
    hangUp: () => {
      for (const socket of sockets) socket.end();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function readFrames(socket: Socket, onFrame: (frame: WireReader) => void): void {
  let buffered = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readInt32BE()) {
      const end = 4 + buffered.readInt32BE();
      const frame = createWireReader(buffered.subarray(4, end));
      buffered = buffered.subarray(end);
      onFrame(frame);
    }
  });
}

function answer(socket: Socket, frame: WireReader, options: KafkaDestinationOptions): void {
  const key = frame.int16();
  frame.int16();
  const correlation = int32(frame.int32());
  frame.text();
  if (key === options.silentAt) return;
  const send = (...parts: readonly Buffer[]): void => {
    const body = Buffer.concat([correlation, ...parts]);
    socket.write(Buffer.concat([int32(body.length), body]));
  };
  switch (key) {
    case API_VERSIONS: {
      const versions = VERSIONS.map(([api, version]) =>
        Buffer.concat([int16(api), int16(version), int16(version)]),
      );
      return send(int16(0), array(versions), int32(0));
    }
    case SASL_HANDSHAKE:
      return send(int16(0), array([text("PLAIN")]));
    case SASL_AUTHENTICATE:
      return send(int16(options.loginErrorCode?.() ?? 0), text("no"), int32(0), int64(0n));
    case METADATA:
      return send(metadata(options));
    case PRODUCE:
      return void produced(socket, frame, { send, options });
    default:
      socket.destroy();
  }
}

const NODE_ID = 1;

/** Metadata response, version 1. */
function metadata({
  port,
  topic,
  partitionCount,
  topicErrorCode,
}: KafkaDestinationOptions): Buffer {
  const broker = Buffer.concat([int32(NODE_ID), text("127.0.0.1"), int32(port), int16(-1)]);
  const errorCode = topicErrorCode?.() ?? 0;
  const replicas = array([int32(NODE_ID)]);
  const partitions = Array.from({ length: errorCode === 0 ? partitionCount : 0 }, (_, partition) =>
    Buffer.concat([int16(0), int32(partition), int32(NODE_ID), replicas, replicas]),
  );
  const described = [int16(errorCode), text(topic), Buffer.from([0]), array(partitions)];
  return Buffer.concat([array([broker]), int32(NODE_ID), array([Buffer.concat(described)])]);
}

/** Produce response, version 3, for the one partition of the request. */
async function produced(
  socket: Socket,
  frame: WireReader,
  {
    send,
    options,
  }: {
    readonly send: (...parts: readonly Buffer[]) => void;
    readonly options: KafkaDestinationOptions;
  },
): Promise<void> {
  const [batch, ...others] = readProduceRequest(frame);
  if (batch === undefined || others.length > 0) return void socket.destroy();
  const result = await options.onProduce(batch);
  if ("isSilent" in result) return;
  if ("cut" in result) {
    // The first bytes promise an answer that does not come.
    if (result.cut === "within") socket.write(Buffer.concat([int32(40), int32(1)]));
    socket.destroySoon();
    return;
  }
  const partition = [int32(batch.partition), int16(result.errorCode), int64(0n), int64(-1n)];
  const topic = Buffer.concat([text(batch.topic), array([Buffer.concat(partition)])]);
  send(array([topic]), int32(0));
}
