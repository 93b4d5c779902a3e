import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { unitEnvironment } from "../../support/systemd-unit.ts";
import { ledgerOf, measure, type Measured } from "./measure.ts";
import { EVENTS, type Story } from "./story.ts";

/**
 * `node test/bench/scale/main.ts [--json] [--events N] [--grants N] [--sessions N] [--persons N] [--held N] [--keep]`: vendor events
 * per CPU-second over a ledger with very many grants and open sessions, as a ratio to one with a grant and a session a person; and what
 * very many held events take. Making the large ledger takes minutes; `--keep` leaves it in `.cache/bench` for the next time.
 */
const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    events: { type: "string", default: "8000" },
    persons: { type: "string", default: "2000" },
    grants: { type: "string", default: "1000000" },
    sessions: { type: "string", default: "100000" },
    held: { type: "string", default: "100000" },
  },
});
const folder = join(import.meta.dirname, "../../../.cache/bench");
const persons = Number(values.persons);
const small: Story = { persons, grants: persons, sessions: persons };
const large: Story = {
  persons,
  grants: Number(values.grants),
  sessions: Number(values.sessions),
};

const few = measureAll(small);
const many = measureAll(large);
const held: unknown = JSON.parse(
  execFileSync(
    process.execPath,
    ["--no-warnings", "--expose-gc", join(import.meta.dirname, "held.ts"), values.held],
    { encoding: "utf8", env: { ...process.env, ...unitEnvironment } },
  ),
);
if (values.json) console.log(JSON.stringify({ small, few, large, many, held }));
else {
  for (const [kind, { eventsPerCpuSecond: base }] of Object.entries(few)) {
    const { eventsPerCpuSecond, rssMb } = many[kind] ?? { eventsPerCpuSecond: 0, rssMb: 0 };
    const ratio = (eventsPerCpuSecond / base).toFixed(2);
    console.log(
      `${kind.padEnd(18)} ${base.toFixed(0)} → ${eventsPerCpuSecond.toFixed(0)} events per CPU-second, ×${ratio}, ${rssMb.toFixed(0)} MiB`,
    );
  }
  console.log(`held: ${JSON.stringify(held)}`);
}

function measureAll(story: Story): Readonly<Record<string, Measured>> {
  const ledger = ledgerOf(story, folder);
  const measured = Object.fromEntries(
    Object.keys(EVENTS).map((kind) => [kind, measure(ledger, kind, Number(values.events), story)]),
  );
  if (!values.keep) rmSync(ledger, { force: true });
  return measured;
}
