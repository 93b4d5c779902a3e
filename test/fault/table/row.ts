import type { ChaperoneConfiguration } from "./configuration.ts";
import type { GoneEntries } from "./declared.ts";
import type { DestinationPlan } from "./destinations/destination.ts";
import type { Launch } from "./chaperone.ts";
import type { Trial } from "./trial.ts";

/** One fault of the table. */
export interface Row {
  /** For `--only`, and the key of its result. */
  readonly name: string;
  /** What is done, in the table's words. */
  readonly fault: string;
  /** What holds all the same; the title of its test. */
  readonly guarantee: string;
  /** Records a second of all origins together; 2,800 in a full run and 600 in a quick one where left out. */
  readonly perSecond?: Amount;
  /** Destinations that get every stream each; one OTLP server that can be told how to behave where left out. */
  readonly destinations?: readonly DestinationPlan[];
  /** Where the fault does not reach every kind of source. The others run all the same, and nothing is claimed of them. */
  readonly reaches?: Reach;
  /** Entries are lost that nobody can bring back: what is missing has to be declared. */
  readonly declares?: boolean;
  /** Why it cannot run on this machine; null where it can. */
  readonly whyNot?: () => Promise<string | null>;
  /** What is different about this row's surroundings. */
  readonly arrange?: (site: Site) => Promise<Arrangement>;
  /** Applies the fault to a running line and ends it. */
  readonly run: (trial: Trial) => Promise<Findings | void>;
}

/** Which kinds of sources a fault reaches. */
export interface Reach {
  readonly kinds: readonly string[];
  /** In the table's words. */
  readonly whyNotOthers: string;
}

/** What a row found out on the way. */
export interface Findings {
  /** What was measured, in words. */
  readonly note?: string;
  /** Entries of the journal that have to be declared as lost, neither more nor fewer; none where left out. */
  readonly gone?: GoneEntries;
  /** What the fault showed that is not as the row guarantees. */
  readonly complaints?: readonly string[];
}

/** A figure of a full run, and of the quick one that CI makes. */
export interface Amount {
  readonly full: number;
  readonly quick: number;
}

export interface Site {
  /** The trial's own folder. */
  readonly folder: string;
  readonly launch: Launch;
  readonly isQuick: boolean;
}

export interface Arrangement {
  readonly dataDir?: string;
  readonly launch?: Launch;
  readonly configure?: (configuration: ChaperoneConfiguration) => ChaperoneConfiguration;
  readonly close?: () => Promise<void>;
}
