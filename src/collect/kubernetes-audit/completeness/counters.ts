import type { Counters } from "./balance.ts";

const NAME = /^apiserver_audit_(?:event|error)_total(?:[{ \t]|$)/;
const SAMPLE =
  /^apiserver_audit_(event|error)_total(?:\{([^}]*)\})? +([0-9.]+(?:[eE][+-]?\d+)?)(?: |$)/;

/** Takes lines of Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). */
export interface CounterLines {
  push(line: string): void;
  /** Null where no line counted audit events, or one of them by no whole number: these are no API server's metrics. */
  read(): Counters | null;
}

/**
 * `apiserver_audit_event_total` counts each event once that is given to the audit backends, stages that the policy leaves out not;
 * `apiserver_audit_error_total` counts, by plugin, the events that a backend gave up. The log file's failures are not the webhook's.
 */
export function createCounterLines(): CounterLines {
  let made: number | null = null;
  let failed = 0;
  let isSound = true;
  return {
    push: (line) => {
      if (!NAME.test(line)) return;
      isSound &&= SAMPLE.test(line);
      const [, what, labels = "", value = ""] = SAMPLE.exec(line) ?? [];
      if (what === "event") made = (made ?? 0) + Number(value);
      if (what === "error" && !/(?:^|,)plugin="log"(?:,|$)/.test(labels)) failed += Number(value);
    },
    // A count beyond that could stand in no event, and what is no number in no checkpoint.
    read: () =>
      isSound && made !== null && Number.isSafeInteger(made) && Number.isSafeInteger(failed)
        ? { made, failed }
        : null,
  };
}
