import type { JournalEntry } from "../../model/entry.ts";

/** An encoded request. */
export interface EncodedRequest {
  readonly body: Uint8Array;
  /** Nobody reads the body any more: its memory may be used for another request. */
  release(): void;
}

/** Makes requests of one protocol out of entries. */
export interface Encoding {
  encode(entries: readonly JournalEntry[]): Promise<EncodedRequest>;
  close(): Promise<void>;
}
