import { createOtlpSink } from "../../src/forward/otlp/sink.ts";
import type { OtlpEndpoint } from "../../src/model/relay.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { nodeDisk } from "../../src/platform/disk.ts";
import type { Log, LogFields } from "../../src/ports/log.ts";
import type { Sink } from "../../src/ports/sink.ts";

export const OTLP_DEFAULTS: Omit<OtlpEndpoint, "endpoint"> = {
  protocol: "http/protobuf",
  compression: "none",
  tls: null,
  auth: null,
  timeoutMs: 5_000,
};

export interface OtlpSinkForTest {
  readonly sink: Sink;
  /** What it warned of, in order. */
  readonly warnings: readonly LogFields[];
}

/** An OTLP sink of a URL; what is not given has its default. */
export function anOtlpSink(
  options: Partial<OtlpEndpoint> & { readonly endpoint: string },
): OtlpSinkForTest {
  const warnings: LogFields[] = [];
  const silent = (): void => undefined;
  const log: Log = {
    debug: silent,
    info: silent,
    warn: (fields) => warnings.push(fields),
    error: silent,
  };
  const spec = { kind: "otlp" as const, ...OTLP_DEFAULTS, ...options };
  const sink = createOtlpSink(
    { slug: "siem", displayName: "SIEM", spec },
    { organization: "acme", disk: nodeDisk, clock: systemClock, log },
  );
  return { sink, warnings };
}
