/** Bytes that grow; what lies between the old end and a write behind it is zeros. */
export interface Bytes {
  readonly sizeBytes: number;
  /** A copy. */
  slice(from: number, to: number): Uint8Array;
  set(at: number, bytes: Uint8Array): void;
  resize(sizeBytes: number): void;
}

export function createBytes(initial: Uint8Array = new Uint8Array(0)): Bytes {
  let room = Uint8Array.from(initial);
  let sizeBytes = room.byteLength;

  function resize(wantedBytes: number): void {
    if (wantedBytes > room.byteLength) {
      const grown = new Uint8Array(Math.max(wantedBytes, 2 * room.byteLength));
      grown.set(room.subarray(0, sizeBytes));
      room = grown;
    }
    if (wantedBytes < sizeBytes) room.fill(0, wantedBytes, sizeBytes);
    sizeBytes = wantedBytes;
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    slice: (from, to) => Uint8Array.from(room.subarray(from, Math.min(to, sizeBytes))),
    set: (at, bytes) => {
      resize(Math.max(sizeBytes, at + bytes.byteLength));
      room.set(bytes, at);
    },
    resize,
  };
}
