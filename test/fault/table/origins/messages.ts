/** What an origin's program is told; it answers each with its state when it is done. */
export type OriginOrder =
  /** Writes so many records a second until it is told otherwise; 0 stops, and is answered when nothing is under way. */
  | { readonly do: "write"; readonly perSecond: number }
  /** Writes so many records as fast as it can. */
  | { readonly do: "burst"; readonly records: number }
  /** One record of about this size. */
  | { readonly do: "long"; readonly bytes: number }
  | { readonly do: "rotate" }
  | { readonly do: "state" };

export interface OriginStart {
  /** The origin's own folder: its logs, and `written.bin`. */
  readonly folder: string;
  readonly seed: number;
  /** Which records, where a program can write several. */
  readonly records: string;
  /** Where Chaperone listens, for origins that post. */
  readonly port: number;
  /** Where Chaperone listens with TLS: the authority to trust there and the origin's own certificate, as PEM; else null. */
  readonly tls: ClientTls | null;
}

export interface ClientTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface OriginState {
  /** Records that were handed over: written to a file, or posted and answered with 2xx. */
  readonly written: number;
  /** Answers of 503 with `Retry-After`; absent where nothing is posted. */
  readonly pushedBack?: number;
}

/** Sixteen bytes a record that was handed over: the MD5 digest of its bytes, without the line end. */
export const WRITTEN_FILE = "written.bin";
/** Folder of the logs, within the origin's folder. */
export const LOGS = "logs";
