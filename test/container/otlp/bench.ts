import { expect, onTestFinished } from "vitest";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { OtlpEndpoint } from "../../../src/model/relay.ts";
import type { CollectorServer } from "../../support/containers/collector.ts";
import { anEvent } from "../../support/entries.ts";
import { anOtlpSink } from "../../support/otlp-sink.ts";
import { IMPATIENT, IMPATIENT_POLL, startSinkRun, type SinkRun } from "../../support/sink-run.ts";

export const EVENTS = 1_500;
/** Events of a request. */
export const BATCH = 30;

let made = 0;

export interface RunOptions extends Partial<OtlpEndpoint> {
  readonly endpoint: string;
  /** Of one of the run's events; nothing special where left out. */
  readonly event?: (n: number) => Partial<AuditEvent>;
  readonly events?: number;
}

/** A run of events whose ids no other run of this process has. */
export async function aRun(options: RunOptions): Promise<SinkRun> {
  const { event = () => ({}), events = EVENTS, ...endpoint } = options;
  const name = `run-${++made}`;
  const { sink } = anOtlpSink({ timeoutMs: 2_000, ...endpoint });
  const run = await startSinkRun(sink, {
    events: Array.from({ length: events }, (_, n) => anEvent({ ...event(n), id: `${name}-${n}` })),
    entriesMax: BATCH,
    ...IMPATIENT,
  });
  onTestFinished(run.stop);
  return run;
}

/** Runs until it is in the middle of its events. */
export async function inTheMiddle(options: RunOptions): Promise<SinkRun> {
  const run = await aRun(options);
  await expect.poll(() => run.counts().delivered, IMPATIENT_POLL).toBeGreaterThan(EVENTS / 10);
  expect(run.counts().delivered).toBeLessThan(EVENTS);
  return run;
}

/** Ids of the run's events that the Collector wrote, in its order, copies included. */
export async function writtenIds(
  run: SinkRun,
  collector: Pick<CollectorServer, "logs">,
): Promise<readonly string[]> {
  const own = new Set(run.ids);
  const records = await collector.logs();
  return records
    .map((record) => record.attributes["log.record.uid"] as string)
    .filter((id) => own.has(id));
}

/** All of it is delivered, and nothing rests. Whether the destination has it the counters cannot know. */
export async function delivered(run: SinkRun): Promise<void> {
  await run.settled();
  expect(run.counts()).toMatchObject({ delivered: run.ids.length, quarantined: 0, waiting: 0 });
}

/** Printed, so that a run of the suite says what each fault cost. */
export function tell(fault: string, run: SinkRun, ids: readonly string[]): void {
  const lost = run.ids.length - new Set(ids).size;
  const copies = ids.length - new Set(ids).size;
  console.info(
    `OpenTelemetry Collector, ${fault}: written ${run.ids.length}, lost ${lost}, copies ${copies}, retries ${run.retries()}`,
  );
}
