import { loadConfiguration } from "../config/load.ts";
import { listResidue, type ListedLeftover, type ListedResidue } from "../correlate/list-residue.ts";
import { ChaperoneError } from "../model/error.ts";
import { systemClock } from "../platform/clock.ts";
import { EXIT } from "./exit-code.ts";
import { withLedger } from "./ledger.ts";
import { printJson, printLines } from "./output.ts";
import { adviceFor } from "./residue/kubectl.ts";
import { printResidue } from "./residue/print.ts";
import { sweepsOf } from "./residue/sweep.ts";

export interface ResidueOptions {
  readonly config: string;
  readonly json: boolean;
  /** One grant, or the beginning of its id. */
  readonly grant?: string;
}

/** `chaperone residue`: what grants left, and how to remove and verify it. It changes nothing, here or in a cluster. */
export function residueCommand(options: ResidueOptions): Promise<number> {
  const configuration = loadConfiguration(options.config, process.env);
  const { policy } = configuration;
  const { all, isThere } = withLedger(configuration, (ledger, isThere) => ({
    all: listResidue(ledger, { policy, now: systemClock.now() }),
    isThere,
  }));
  const { grant: id } = options;
  const chosen = id === undefined ? all : all.filter(({ grant }) => grant?.id.startsWith(id));
  if (id !== undefined && chosen.length === 0)
    throw new ChaperoneError(
      "USAGE",
      `Cannot show what grant "${id}" left: nothing is known of it`,
      {
        hint: "chaperone grants lists grants; chaperone residue lists all that is left.",
      },
    );
  const clusters = [...new Set(chosen.map(({ cluster }) => cluster))];
  const sweeps = sweepsOf(policy, clusters);
  if (options.json) printJson({ residue: chosen.map(jsonForm), sweeps });
  else if (!isThere) printLines([`No residue: nothing has run in "${configuration.dataDir}" yet`]);
  else printResidue(chosen, sweeps);
  return Promise.resolve(EXIT.ok);
}

function jsonForm(residue: ListedResidue): unknown {
  const withAdvice = (left: ListedLeftover): unknown => ({ ...left, ...adviceFor(left) });
  const { leftovers, madeAfter } = residue;
  return {
    ...residue,
    leftovers: leftovers.map(withAdvice),
    madeAfter: madeAfter.map(withAdvice),
  };
}
