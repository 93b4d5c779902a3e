import type { QuarantinedEvent } from "../../model/generated/quarantined-event.ts";

export interface BatchLimits {
  readonly entriesMax: number;
  readonly bytesMax: number;
}

/**
 * Batches of resting events, in their order. A suspect is alone: so a refusal names its event, and what was taken already comes only
 * this one time more. The limits are asked for before each batch.
 */
export async function* batchesOf(
  resting: AsyncIterable<QuarantinedEvent>,
  limits: () => BatchLimits,
): AsyncGenerator<readonly QuarantinedEvent[], void> {
  let batch: QuarantinedEvent[] = [];
  let sizeBytes = 0;
  for await (const one of resting) {
    const { entriesMax, bytesMax } = limits();
    const isFull =
      batch.length >= entriesMax ||
      sizeBytes + one.event.byteLength > bytesMax ||
      one.code === "suspect" ||
      batch[0]?.code === "suspect";
    if (isFull && batch.length > 0) {
      yield batch;
      batch = [];
      sizeBytes = 0;
    }
    batch.push(one);
    sizeBytes += one.event.byteLength;
  }
  if (batch.length > 0) yield batch;
}
