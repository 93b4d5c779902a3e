import type { Configuration } from "../config/configuration.ts";
import { formatTime } from "../model/time.ts";
import type { Status } from "../operate/health.ts";
import type { Line } from "../pipeline.ts";
import type { Consumer } from "../relay/consumers.ts";

/** Where everything stands, for `/status` and `/readyz`. Holds no secret: names, counts, positions and what endpoints answered. */
export function statusOf(configuration: Configuration, line: Line): Status {
  const { journal, correlator, watermarks } = line;
  const sources = line.collectors.map(({ source }) => {
    const { watermark, isFailing } = watermarks.state(source.name);
    return {
      name: source.name,
      watermark: Number.isFinite(watermark) ? formatTime(watermark) : null,
      isFailing,
    };
  });
  const pipelines = line.consumers.map(pipelineStatus);
  return {
    notReady: [
      ...sources.filter((one) => one.isFailing).map((one) => `source "${one.name}" cannot be read`),
      ...pipelines.flatMap((one) =>
        one.faults.map((fault) => `pipeline "${one.name}" is ${fault}`),
      ),
    ],
    details: {
      organization: configuration.organization,
      journal: {
        start: journal.start.sequence,
        end: journal.end.sequence,
        sizeBytes: journal.sizeBytes,
      },
      held: correlator.heldCount,
      ledger: { appliedTo: correlator.appliedTo.sequence },
      sources,
      pipelines: pipelines.map((one) => one.details),
      redrive: line.desk.current,
    },
  };
}

interface PipelineStatus {
  readonly name: string;
  readonly faults: readonly string[];
  readonly details: unknown;
}

function pipelineStatus({ name, cursor, forwarder }: Consumer): PipelineStatus {
  if (forwarder === null)
    return {
      name,
      faults: [],
      details: { name, enabled: false, cursor: cursor.position.sequence },
    };
  const state = forwarder.state();
  const faults = state.conditions.filter(
    (one) => one.isTrue && (one.type === "Paused" || one.type === "Lagging"),
  );
  return {
    name,
    faults: faults.map(
      (one) => `${one.type.toLowerCase()}${one.reason === null ? "" : `: ${one.reason}`}`,
    ),
    details: {
      name,
      enabled: true,
      cursor: cursor.position.sequence,
      lagEntries: state.lagEntries,
      resting: state.resting,
      counts: state.counts,
      lastAckAt: state.lastAckAt === null ? null : formatTime(state.lastAckAt),
      lastError:
        state.lastError === null
          ? null
          : { ...state.lastError, at: formatTime(state.lastError.at) },
      conditions: state.conditions.map((one) => ({ ...one, since: formatTime(one.since) })),
    },
  };
}
