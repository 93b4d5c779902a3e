interface PassedOn {
  /** The limit that it is. */
  readonly of?: string;
  /** Why it is none. */
  readonly because?: string;
}

/** Names in types and parameters that are others than those of the limits which come by them. */
export const PASSED_ON: Readonly<Record<string, PassedOn>> = {
  countedMax: { of: "countedTimesMax" },
  retryAfterMsMin: { of: "retryAfterMin" },
  acceptWaitMsMax: { of: "acceptWaitMax" },
  inFlightMax: { of: "acceptsInFlightMax" },
  settleMsMax: { of: "settleFor" },
  msMin: { of: "retryMsMin" },
  msMax: { of: "retryMsMax" },
  untilMin: { because: "the earliest time of those that wait" },
};
