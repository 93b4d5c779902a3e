/** Records out of a part's inflated bytes: each stands behind its length, four bytes, the most significant first. */
export interface Frames {
  /** Bytes before it are records that were handed out. */
  readonly offset: number;
  /** Bytes of a record that is not whole yet, its length included. */
  readonly openBytes: number;
  /** Why no record can follow; null while some can. */
  readonly fault: string | null;
  push(inflated: Uint8Array): readonly Uint8Array[];
}

const LENGTH_BYTES = 4;

/** The records keep memory of their own: the inflated bytes are not held by them. */
export function createFrames(recordBytesMax: number): Frames {
  let offset = 0;
  let open: Buffer = Buffer.alloc(0);
  let fault: string | null = null;
  return {
    get offset() {
      return offset;
    },
    get openBytes() {
      return open.length;
    },
    get fault() {
      return fault;
    },
    push: (inflated) => {
      if (fault !== null) return [];
      const bytes = open.length === 0 ? Buffer.from(inflated) : Buffer.concat([open, inflated]);
      const records: Uint8Array[] = [];
      let at = 0;
      while (bytes.length - at >= LENGTH_BYTES) {
        const length = bytes.readUInt32BE(at);
        if (length === 0 || length > recordBytesMax) {
          fault = `at byte ${offset} of its ${describe(length, recordBytesMax)}`;
          break;
        }
        const end = at + LENGTH_BYTES + length;
        if (end > bytes.length) break;
        records.push(Uint8Array.prototype.slice.call(bytes, at + LENGTH_BYTES, end));
        offset += LENGTH_BYTES + length;
        at = end;
      }
      open = Buffer.from(bytes.subarray(at));
      return records;
    },
  };
}

function describe(length: number, recordBytesMax: number): string {
  const limit = length === 0 ? "a record has at least one" : `${recordBytesMax} are the most`;
  return `inflated bytes a record of ${length} bytes begins: ${limit}`;
}
