import { ChaperoneError } from "../model/error.ts";
import type { Endpoint, EndpointKind } from "../model/relay.ts";
import type { Sink } from "../ports/sink.ts";
import type { CreateSink, SinkDeps } from "./create-sink.ts";

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
