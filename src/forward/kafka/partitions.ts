import { crc32 } from "node:zlib";
import type { OutgoingMessage } from "./message.ts";

/**
 * The partition of a message, by its key or, where it has none, by its event's id: one that comes again goes where it went before,
 * as long as the topic keeps its number of partitions.
 */
export function partitionOf({ message, entry }: OutgoingMessage, partitionCount: number): number {
  return crc32(message.key ?? entry.id) % partitionCount;
}

/**
 * Groups messages by partition, and those of a partition into requests of at most `requestBytesMax` (one message at least), order
 * kept.
 */
export function requestsByPartition(
  messages: readonly OutgoingMessage[],
  limits: { readonly partitionCount: number; readonly requestBytesMax: number },
): ReadonlyMap<number, readonly (readonly OutgoingMessage[])[]> {
  const partitions = new Map<number, OutgoingMessage[][]>();
  const sizes = new Map<number, number>();
  for (const message of messages) {
    const partition = partitionOf(message, limits.partitionCount);
    const requests = partitions.get(partition) ?? [];
    const size = (sizes.get(partition) ?? Infinity) + message.sizeBytes;
    const isFull = size > limits.requestBytesMax;
    if (isFull) requests.push([message]);
    else requests.at(-1)?.push(message);
    sizes.set(partition, isFull ? message.sizeBytes : size);
    partitions.set(partition, requests);
  }
  return partitions;
}
