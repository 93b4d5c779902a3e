/** A recording's bytes, wherever they are. Its size is that at the time it was opened. */
export interface RecordingBytes {
  readonly sizeBytes: number;
  /** The bytes from `position` on; fewer than `length` only where the recording was cut since. */
  read(position: number, length: number): Promise<Uint8Array>;
}

export function recordingOf(bytes: Uint8Array): RecordingBytes {
  return {
    sizeBytes: bytes.length,
    read: (position, length) => Promise.resolve(bytes.subarray(position, position + length)),
  };
}
