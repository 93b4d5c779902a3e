import { ChaperoneError } from "../model/error.ts";
import type { Endpoint, EndpointKind, EndpointSpec } from "../model/relay.ts";
import type { Clock } from "../ports/clock.ts";
import type { Disk } from "../ports/disk.ts";
import type { Log } from "../ports/log.ts";
import type { Sink } from "../ports/sink.ts";

/** What a sink may use of the world; each takes what it needs. */
export interface SinkDeps {
  readonly organization: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
}

/** An endpoint whose kind is known. */
export type EndpointOf<K extends EndpointKind> = Endpoint & {
  readonly spec: Extract<EndpointSpec, { readonly kind: K }>;
};

/** Every sink's factory. It does no I/O: that is for `connect`. */
export type CreateSink<K extends EndpointKind> = (endpoint: EndpointOf<K>, deps: SinkDeps) => Sink;

type Registry = { readonly [K in EndpointKind]?: () => Promise<CreateSink<K>> };

const SINKS: Registry = {
  // One line for each kind; its code is loaded only where an endpoint of that kind is there.
  file: async () => (await import("./file/sink.ts")).createFileSink,
  kafka: async () => (await import("./kafka/sink.ts")).createKafkaSink,
  otlp: async () => (await import("./otlp/sink.ts")).createOtlpSink,
};

/** The sink of an endpoint, not connected yet. Rejects with CONFIG_KIND_NOT_BUILT for a kind that this version cannot run. */
export async function createSink(endpoint: Endpoint, deps: SinkDeps): Promise<Sink> {
  const { spec } = endpoint;
  if (spec.kind === "unbuilt") throw notBuilt(endpoint, spec.name);
  const load = SINKS[spec.kind];
  if (load === undefined) throw notBuilt(endpoint, spec.kind);
  const create = await load();
  // The registry ties a kind to a factory of the same kind, which the type of a lookup by a union cannot say.
  return create(endpoint as never, deps);
}

function notBuilt(endpoint: Endpoint, kind: string): ChaperoneError {
  return new ChaperoneError(
    "CONFIG_KIND_NOT_BUILT",
    `Cannot deliver to endpoint "${endpoint.slug}": this version has no sink of the kind "${kind}"`,
    { hint: `Kinds it has: ${Object.keys(SINKS).toSorted().join(", ")}` },
  );
}
