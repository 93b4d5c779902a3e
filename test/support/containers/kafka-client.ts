import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";

import kafkajs, { type KafkaConfig } from "kafkajs";

// Node finds but some of the exports of this CommonJS module by name.
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
  decompress: (buffer: Buffer) => decompress(buffer),
});

silenceWarning("TimeoutNegativeWarning");

/** kafkajs arms timers with delays that have passed already; Node 24 warns of it, and it is harmless. */
function silenceWarning(silenced: string): void {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (...args: unknown[]): void => {
    if (args[1] !== silenced) Reflect.apply(emitWarning, process, args);
  };
}

/**
 * A kafkajs client of these brokers, separated by commas, that reads and writes zstd and keeps quiet.
 *
 * kafkajs stores its authenticator in the `sasl` object that it is given, and a copy of a used object would log
 * in with the former password: give every client an object of its own.
 */
export function kafkaClient(
  bootstrap: string,
  settings: Pick<KafkaConfig, "sasl" | "ssl" | "retry"> = {},
): kafkajs.Kafka {
  return new Kafka({
    clientId: "chaperone-test",
    brokers: bootstrap.split(","),
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 20 },
    ...settings,
  });
}
