import { DEFAULT_LIMITS } from "../../../../src/forward/limits.ts";
import type { ForwarderLimits } from "../../../../src/forward/limits.ts";
import type { QuarantineFilter } from "../../../../src/forward/quarantine/read.ts";
import { createRedriver } from "../../../../src/forward/redrive/redrive.ts";
import type { RedriveCounts } from "../../../../src/forward/redrive/redrive.ts";
import type { Quarantine } from "../../../../src/ports/quarantine.ts";
import { linesOfLog } from "../../../support/disk-journal.ts";
import { createQuickClock } from "../../../support/quick-clock.ts";
import { createScriptedSink } from "../../../support/scripted-sink.ts";
import type { Script, ScriptedSink } from "../../../support/scripted-sink.ts";

/** A redriver over a quarantine, with an endpoint that does as it is told. */
export interface RedriveBench {
  readonly sink: ScriptedSink;
  /** Every progress that was told, with the last one. */
  readonly told: readonly RedriveCounts[];
  readonly redriven: () => number;
  readonly log: readonly string[];
  readonly redrive: (filter?: QuarantineFilter, stop?: AbortSignal) => Promise<RedriveCounts>;
}

export function aRedriver(
  quarantine: Quarantine,
  options: {
    readonly script?: Script;
    readonly entriesMax?: number;
    readonly limits?: Partial<ForwarderLimits>;
    /** The quarantine waits for the disk. */
    readonly onWait?: () => void;
  } = {},
): RedriveBench {
  const sink = createScriptedSink(options.script, options.entriesMax);
  const log = linesOfLog();
  const told: RedriveCounts[] = [];
  let redriven = 0;
  const redriver = createRedriver({
    pipeline: "siem",
    share: () => sink,
    quarantine,
    clock: createQuickClock(),
    log: {
      ...log,
      error: (fields, message) => {
        log.error(fields, message);
        options.onWait?.();
      },
    },
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    random: () => 1,
    onRedriven: (count) => void (redriven += count),
  });
  return {
    sink,
    told,
    redriven: () => redriven,
    log: log.lines,
    redrive: (filter = {}, stop = new AbortController().signal) =>
      redriver.redrive(filter, { stop, onProgress: (counts) => void told.push(counts) }),
  };
}
