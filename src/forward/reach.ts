import { ChaperoneError } from "../model/error.ts";
import type { Delivery } from "../model/delivery.ts";
import type { Endpoint, EndpointKind } from "../model/relay.ts";
import type { EndpointOf, SinkDeps } from "./create-sink.ts";

/** What an endpoint says to somebody who delivers nothing. */
export interface Reached {
  /** As of a delivery: `delivered` where it would take events. */
  readonly outcome: Delivery;
  /** What its clock says, where it says so. */
  readonly date: string | null;
  /** Largest message that it takes, where that is known. */
  readonly messageBytesMax: number | null;
}

/** Asks an endpoint, with the addresses, certificates and credentials of its deliveries, and changes nothing there. Never rejects for what it answers. */
export type Reach<K extends EndpointKind> = (
  endpoint: EndpointOf<K>,
  deps: SinkDeps,
) => Promise<Reached>;

type Registry = { readonly [K in EndpointKind]: () => Promise<Reach<K>> };

const REACHES: Registry = {
  file: async () => (await import("./file/reach.ts")).reachFile,
  kafka: async () => (await import("./kafka/reach.ts")).reachKafka,
  otlp: async () => (await import("./otlp/reach.ts")).reachOtlp,
};

/** Rejects with CONFIG_KIND_NOT_BUILT for a kind that this version cannot run. */
export async function reachEndpoint(endpoint: Endpoint, deps: SinkDeps): Promise<Reached> {
  const { spec, slug } = endpoint;
  if (spec.kind === "unbuilt")
    throw new ChaperoneError(
      "CONFIG_KIND_NOT_BUILT",
      `Cannot reach endpoint "${slug}": this version has no sink of the kind "${spec.name}"`,
    );
  const reach = await REACHES[spec.kind]();
  return reach(endpoint as never, deps);
}
