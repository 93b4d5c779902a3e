import { createCollector } from "../../../src/collect/collectors.ts";
import type { DocumentLimits } from "../../../src/collect/documents/limits.ts";
import { createOutOfBand } from "../../../src/collect/out-of-band/out-of-band.ts";
import { createSnapshotFolder } from "../../../src/collect/support-access/folder.ts";
import type { RawRecord } from "../../../src/model/record.ts";
import type { DocumentFolderOptions, SnapshotCommandOptions } from "../../../src/model/source.ts";
import {
  POLL_MS,
  startCollector,
  type CollectorSetup,
  type RunningCollector,
} from "../collector/running.ts";

export const QUIET_MS = 5_000;

export interface FolderSetup extends CollectorSetup {
  readonly folder: string;
  readonly kind: "supportAccessSnapshots" | "outOfBand";
  readonly options?: Partial<DocumentFolderOptions & { readonly evidenceBytesMax: number }>;
  readonly limits?: Partial<DocumentLimits>;
  readonly stopAtEnd?: boolean;
}

export function startFolder(setup: FolderSetup): Promise<RunningCollector> {
  const { folder, kind, limits = {}, stopAtEnd = false } = setup;
  const options = {
    directory: folder,
    pollMs: POLL_MS,
    quietForMs: QUIET_MS,
    filesMax: 100,
    fileBytesMax: 10_000,
    evidenceBytesMax: 1_000,
    ...setup.options,
  };
  return startCollector(setup, (deps) => {
    const shared = { ...deps, options, stopAtEnd, limits };
    return kind === "outOfBand"
      ? createOutOfBand({
          ...shared,
          source: { name: "oob", dialect: "out-of-band", cluster: null },
        })
      : createSnapshotFolder({
          ...shared,
          source: { name: "support", dialect: "support-access", cluster: "prod" },
        });
  });
}

export interface CommandSetup extends CollectorSetup {
  readonly options: Partial<SnapshotCommandOptions>;
  readonly stopAtEnd?: boolean;
}

/** A source of snapshots that runs this Node with arguments of its own. */
export function startCommand(setup: CommandSetup): Promise<RunningCollector> {
  const { stopAtEnd = false } = setup;
  const options = {
    kind: "supportAccessSnapshots",
    from: "command",
    command: [process.execPath, "-e", ""],
    intervalMs: 30_000,
    timeoutMs: 60_000,
    outputBytesMax: 10_000,
    ...setup.options,
  } as const;
  return startCollector(setup, (deps) =>
    createCollector(
      { name: "support", cluster: "prod", options },
      { ...deps, stopAtEnd, meter: NOTHING, servers: NOTHING },
    ),
  );
}

/** For what collectors of these kinds do not use. */
const NOTHING = new Proxy<never>({} as never, {
  get: () => {
    throw new Error("Not for a test of these collectors");
  },
});

export function textsOf(records: readonly RawRecord[]): readonly string[] {
  return records.map(({ bytes }) => Buffer.from(bytes).toString());
}
