import { hash } from "node:crypto";

/** Bytes of a body by which it is known again. */
const HEAD_BYTES = 4_096;

/** The beginning of a body. */
export interface BodyHead {
  add(chunk: Uint8Array): void;
  /** What is added no longer changes the digest. */
  readonly isFull: boolean;
  /** The first half of the digest of the beginning: the same when the same body is sent again. */
  readonly digest: string;
}

export function createBodyHead(): BodyHead {
  let head = Buffer.alloc(0);
  return {
    add: (chunk) => {
      if (head.length < HEAD_BYTES)
        head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
    },
    get isFull() {
      return head.length === HEAD_BYTES;
    },
    get digest() {
      return hash("sha256", head).slice(0, 32);
    },
  };
}
