import type { RawRecord } from "../../model/record.ts";
import type { DocumentFolderOptions } from "../../model/source.ts";
import type { FolderOf, Watching } from "../folder-watch/watch.ts";
import type { Enclosure, KnownDocument } from "./known.ts";
import type { DocumentLimits } from "./limits.ts";

/** What one kind of source makes of a file. */
export interface DocumentKind {
  /** Whether a file of this name is a document. Names of files that are being written never get here. */
  isDocument(name: string): boolean;
  /** Null: it cannot be read yet, and is looked at again. @throws where something beside the document cannot be read at present. */
  make(file: FileRead): Promise<MadeRecord | null>;
}

/** A file, read whole or, where it is too large, its head. */
export interface FileRead {
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly sha256: string;
  readonly modifiedNs: bigint;
}

/** What the file's record has beside its bytes, and what the reading depends on. */
export interface MadeRecord {
  readonly record: Pick<RawRecord, "takenAt" | "enclosureFault">;
  readonly identity: string;
  readonly enclosure: Enclosure | null;
}

export interface DocumentsOf extends FolderOf {
  readonly options: DocumentFolderOptions;
  readonly kind: DocumentKind;
  readonly limits?: Partial<DocumentLimits>;
}

/** One running source of documents: what its parts share. */
export interface Watch extends Omit<DocumentsOf, "limits">, Watching<KnownDocument> {
  readonly limits: DocumentLimits;
}
