import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { runTruth } from "./run.ts";
import type { Variant } from "./variant.ts";

const USAGE =
  "usage: npm run truth -- <folder> [--shuffle [seed]] [--delay] [--without-kube-request] [--misses N] [--json]";

/**
 * Runs the product over a labelled set (a folder with `chaperone.yaml`, whose scorer is `../score.mjs`) and prints the scorer's line,
 * with `--misses` what is not as labelled. 0 when everything is; nothing is written beside the set.
 */
async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: withSeed(args),
    allowPositionals: true,
    options: {
      shuffle: { type: "string" },
      delay: { type: "boolean", default: false },
      "without-kube-request": { type: "boolean", default: false },
      misses: { type: "string", default: "10" },
      json: { type: "boolean", default: false },
    },
  });
  const [set, ...others] = positionals;
  const seed = values.shuffle === undefined ? null : Number(values.shuffle);
  if (set === undefined || others.length > 0 || Number.isNaN(seed)) {
    console.error(USAGE);
    return 2;
  }
  const variant: Variant = {
    shuffle: seed,
    isDelayed: values.delay,
    isWithoutKubeRequest: values["without-kube-request"],
  };
  if (seed !== null && !values.json) console.log(`shuffled with seed ${seed}`);
  const { isPerfect, line, figures, misses } = await runTruth(set, variant);
  const shown = misses.slice(0, Number(values.misses));
  if (values.json) console.log(JSON.stringify({ variant, isPerfect, figures, misses: shown }));
  else for (const each of [...shown.map((miss) => JSON.stringify(miss)), line]) console.log(each);
  return isPerfect ? 0 : 1;
}

/** `--shuffle` may stand without a seed. */
function withSeed(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const isBare = arg === "--shuffle" && !/^\d+$/.test(args[index + 1] ?? "");
    return isBare ? [`--shuffle=${randomInt(2 ** 32)}`] : [arg];
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
