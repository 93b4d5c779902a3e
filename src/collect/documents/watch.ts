import type { RawRecord, Source } from "../../model/record.ts";
import type { DocumentFolderOptions } from "../../model/source.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Checkpoints, Intake } from "../../ports/collector.ts";
import type { Log } from "../../ports/log.ts";
import type { Faults } from "../file-tail/faults.ts";
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

export interface DocumentsOf {
  readonly source: Source;
  readonly options: DocumentFolderOptions;
  readonly kind: DocumentKind;
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly log: Log;
  /** Read what is there at the start, and stop there (`run --once`). */
  readonly stopAtEnd: boolean;
  readonly limits?: Partial<DocumentLimits>;
}

/** One running source of documents: what its parts share. */
export interface Watch extends Omit<DocumentsOf, "limits"> {
  readonly limits: DocumentLimits;
  readonly intake: Intake;
  readonly known: Map<string, KnownDocument>;
  readonly faults: Faults;
  /** Something that is to be saved has changed. */
  touch(): void;
}
