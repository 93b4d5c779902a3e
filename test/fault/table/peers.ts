/**
 * What a peer lost in the same case, as it was measured beside this project: Fluent Bit 5.1.1 with a writer of 2,600 records a second, the
 * OpenTelemetry Collector 0.159.0 with files, its persistent queue where it is named, and an OTLP exporter.
 */
export interface PeerLoss {
  readonly peer: string;
  /** Its configuration, in words. */
  readonly how: string;
  /** Records, or a range of them over several runs. */
  readonly lost: string;
  readonly written: string;
}

const fluentBit = (how: string, lost: string, written: string): PeerLoss => ({
  peer: "Fluent Bit",
  how,
  lost,
  written,
});
const collector = (how: string, lost: string, written: string): PeerLoss => ({
  peer: "OpenTelemetry Collector",
  how,
  lost,
  written,
});

/** By name of the row. */
export const PEER_LOSSES: Readonly<Record<string, readonly PeerLoss[]>> = {
  "no-kill": [fluentBit("", "0", "28,800")],
  rotation: [fluentBit("", "0", "34,440")],
  "kill-9": [
    fluentBit("memory buffer", "9,262", "53,040"),
    fluentBit("filesystem buffer, checksum on", "7,042", "52,860"),
    fluentBit("filesystem buffer, checksum off", "0", "53,220"),
    collector("configured as in its README", "6,120 to 7,320", "30,000 to 52,000"),
    collector("checkpoint and persistent queue", "80 to 200", "41,000 to 50,000"),
  ],
  "kill-9-rotation": [
    fluentBit("filesystem buffer, checksum on, 7 kills", "7,702", "53,040"),
    fluentBit("filesystem buffer, checksum off, 7 kills", "0", "52,860"),
    fluentBit("filesystem buffer, checksum off, 10 kills", "0", "51,180"),
  ],
  "503": [
    fluentBit("default retry limit", "10,740", "27,320"),
    fluentBit("no retry limit", "0", "27,320"),
    collector("defaults, 60 s", "75,000 to 88,000", "190,000"),
  ],
  "400": [fluentBit("no retry limit", "4,880", "12,680")],
  "401": [fluentBit("no retry limit", "4,860", "12,660"), collector("defaults", "4,000", "11,000")],
  "long-line": [fluentBit("default buffer, the line of 40 KB alone", "500", "1,000")],
};

/** Fluent Bit, memory buffer: 9,262 of 53,040 */
export function peerText({ peer, how, lost, written }: PeerLoss): string {
  return `${peer}${how === "" ? "" : `, ${how}`}: ${lost} of ${written}`;
}
