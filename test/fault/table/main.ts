import { parseArgs } from "node:util";
import { SEED } from "../../support/seed.ts";
import { ROWS } from "./rows.ts";
import { lostOf, runRow, type RowOutcome } from "./run-row.ts";
import { rowLine, tableOf } from "./table-text.ts";
import { record } from "./record.ts";

/**
 * `npm run faults [-- --quick] [--only NAME]… [--seed N] [--list] [--json] [--record]`: every fault on a real process, and what became
 * of what was written. Ends with 1 unless nothing was lost and nothing else was wrong in any row. `--record` puts the outcomes of full
 * runs in place of the earlier ones of the same rows in results.json.
 */
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: String(SEED) },
    list: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
  },
});

const INTERRUPTED = 130;
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.once(signal, () => process.exit(INTERRUPTED));

const unknown = values.only.filter((name) => !ROWS.some((row) => row.name === name));
if (unknown.length > 0) throw new RangeError(`Cannot run "${unknown.join('", "')}": see --list`);
if (values.list) for (const row of ROWS) console.log(`${row.name.padEnd(28)}${row.fault}`);
else process.exitCode = await runRows();

async function runRows(): Promise<number> {
  const outcomes: RowOutcome[] = [];
  let isBad = false;
  for (const row of ROWS) {
    if (values.only.length > 0 && !values.only.includes(row.name)) continue;
    const reason = (await row.whyNot?.()) ?? null;
    if (reason !== null) {
      console.error(`not run: ${row.name}: ${reason}`);
      continue;
    }
    const outcome = await runRow(row, { isQuick: values.quick, seed: Number(values.seed) });
    outcomes.push(outcome);
    isBad ||= lostOf(outcome) > 0 || outcome.complaints.length > 0;
    if (!values.json) console.error(rowLine(row, outcome));
    if (values.record && !values.quick) record(outcome);
  }
  console.log(values.json ? JSON.stringify(outcomes) : tableOf(outcomes));
  return isBad ? 1 : 0;
}
