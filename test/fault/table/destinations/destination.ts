import type { Conduct, DestinationState } from "./messages.ts";

/** What a destination was given, for the judge. */
export interface Received {
  /** MD5 digests (in latin1) of body and id of every record, copies included, in the order of arrival. */
  readonly records: readonly { readonly body: string; readonly id: string }[];
  readonly gaps: readonly Gap[];
}

/** A declared loss as the destination saw it. */
export interface Gap {
  readonly source: string;
  readonly from: string;
  readonly to: string;
}

/** A destination that is told how to behave. */
export interface Destination {
  readonly name: string;
  /** Its part of an endpoint's `spec`. */
  readonly spec: object;
  behave(conduct: Conduct): Promise<void>;
  state(): Promise<DestinationState>;
  received(): Promise<Received>;
  close(): Promise<void>;
}

/** How a row begins one; it takes everything until it is told otherwise. */
export interface DestinationPlan {
  readonly name: string;
  readonly start: (folder: string, name: string) => Promise<Destination>;
}
