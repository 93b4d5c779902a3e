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
