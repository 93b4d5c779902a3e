import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../support/containers/port.ts";
import { startChild } from "../child.ts";
import {
  LOGS,
  WRITTEN_FILE,
  type OriginOrder,
  type OriginStart,
  type OriginState,
} from "./messages.ts";
import type { OriginTls } from "./tls.ts";

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
  /** Chaperone listens with TLS. */
  readonly isTls?: boolean;
  /** Its entry among `sources`. */
  readonly source: (at: OriginPlace) => object;
}

/** Where an origin and Chaperone meet. */
interface OriginPlace {
  readonly folder: string;
  readonly logs: string;
  readonly port: number;
  readonly tls: OriginTls["server"];
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
  at: { readonly folder: string; readonly seed: number; readonly tls: OriginTls },
): Promise<Origin> {
  const folder = join(at.folder, kind.kind);
  const logs = join(folder, LOGS);
  mkdirSync(logs, { recursive: true });
  const port = await freePort();
  const { seed, tls } = at;
  const child = await startChild<OriginOrder, OriginState>(kind.program, {
    folder,
    seed,
    port,
    records: kind.records,
    tls: kind.isTls === true ? tls.client : null,
  } satisfies OriginStart);
  return {
    kind,
    folder,
    logs,
    source: kind.source({ folder, logs, port, tls: tls.server }),
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
