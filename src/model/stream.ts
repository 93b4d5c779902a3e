/** The streams that an event can carry as its label (verdicts §8). */
const EVENT_STREAMS = [
  "logs-audit-kube-api",
  "logs-audit-teleport",
  "logs-session-teleport",
  "logs-grants",
  "logs-findings",
  "logs-export-audit",
] as const;
export type EventStream = (typeof EVENT_STREAMS)[number];

/** A view: every event with a vendor, whatever its stream. */
export const VENDOR_STREAM = "logs-support-access";

export const STREAMS: readonly string[] = [...EVENT_STREAMS, VENDOR_STREAM];

const plain = new Map<string, readonly string[]>(STREAMS.map((s) => [s, [s]]));
const vendor = new Map<string, readonly string[]>(
  EVENT_STREAMS.map((s) => [s, [s, VENDOR_STREAM]]),
);

/** The streams in which an event with these labels is seen. The arrays are shared: millions of entries hold the same few. */
export function streamsOf(labels: Readonly<Record<string, string>>): readonly string[] {
  const stream = labels["stream"] ?? "";
  const streams = (labels["vendor"] === undefined ? plain : vendor).get(stream);
  if (streams === undefined) throw new RangeError(`Cannot find stream "${stream}" of an event`);
  return streams;
}
