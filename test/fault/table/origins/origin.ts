import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../support/containers/port.ts";
import { startChild } from "../child.ts";
import { LOGS, WRITTEN_FILE, type OriginOrder, type OriginState } from "./messages.ts";

/** One kind of source as the table runs it: how it is configured, and the program that plays its origin. */
export interface SourceKind {
  /** The key of chaperone.yaml. */
  readonly kind: string;
  /** The program that writes; see messages.ts. */
  readonly program: URL;
  /** Which records it writes. */
  readonly records: string;
  /** Its part of the records of a row. */
  readonly share: number;
  /** Its entry among `sources`, for an origin's folder and port. */
  readonly source: (at: {
    readonly folder: string;
    readonly logs: string;
    readonly port: number;
  }) => object;
}

/** An origin that writes in a process of its own. */
export interface Origin {
  readonly kind: SourceKind;
  readonly folder: string;
  /** Folder of its logs. */
  readonly logs: string;
  /** Its entry among `sources`. */
  readonly source: object;
  order(order: OriginOrder): Promise<OriginState>;
  /** Digests of all records that were handed over. */
  written(): readonly string[];
  close(): Promise<void>;
}

const DIGEST_BYTES = 16;

export async function startOrigin(
  kind: SourceKind,
  at: { readonly folder: string; readonly seed: number },
): Promise<Origin> {
  const folder = join(at.folder, kind.kind);
  const logs = join(folder, LOGS);
  mkdirSync(logs, { recursive: true });
  const port = await freePort();
  const { seed } = at;
  const child = await startChild<OriginOrder, OriginState>(kind.program, {
    folder,
    seed,
    port,
    records: kind.records,
  });
  return {
    kind,
    folder,
    logs,
    source: kind.source({ folder, logs, port }),
    order: (order) => child.ask(order),
    written: () => {
      const text = readFileSync(join(folder, WRITTEN_FILE)).toString("latin1");
      return Array.from({ length: text.length / DIGEST_BYTES }, (_, n) =>
        text.slice(n * DIGEST_BYTES, (n + 1) * DIGEST_BYTES),
      );
    },
    close: () => child.close(),
  };
}
