import * as fc from "fast-check";
import { runsAgain, SEED } from "../seed.ts";

/** Before every test file: its properties begin with the seed, and one that fails says how to have it again. */
fc.configureGlobal({
  seed: SEED,
  reporter: (run) => {
    if (!run.failed) return;
    const said = `${fc.defaultReportMessage(run)}\n\n${runsAgain(SEED)}`;
    throw new Error(said, { cause: run.errorInstance });
  },
});
