import "./compression.ts";
import { describeError } from "../../src/model/error.ts";
import { live, settle } from "./course.ts";
import { planEvents } from "./events.ts";
import { inspectOrComplain, type Inspection } from "./inspect.ts";
import { createJudge, type Judge, type JudgedPipeline } from "./judge.ts";
import { judgeArchive } from "./judge-archive.ts";
import { judgeEnd } from "./judge-end.ts";
import { seenIn, type Seen } from "./seen.ts";
import { createWorld, type World } from "./world.ts";

/** What became of one seed. */
export interface Outcome {
  readonly seed: number;
  /** Empty where every promise was kept. */
  readonly complaints: readonly string[];
  readonly trace: readonly string[];
  /** The same for the same seed and the same program. */
  readonly digest: string;
  /** How often what happened, so that many seeds together can be asked whether they tried it. */
  readonly seen: Readonly<Record<Seen, number>>;
}

const PROCESSES_MAX = 3;
const DOWN_MS_MAX = 3_000;

/** Runs the whole product over several processes in a world that the seed makes up, and judges it. */
export async function simulate(seed: number): Promise<Outcome> {
  const world = createWorld(seed);
  try {
    await run(world);
  } catch (error) {
    world.complaints.push(describeError(error));
  }
  const complaints = [...world.complaints];
  const trace = [...world.trace.lines];
  const digest = world.trace.digest();
  forget(world);
  return { seed, complaints, trace, digest, seen: seenIn(trace) };
}

/** Lets go of all that killed processes still wait for. */
function forget({ afterwards, ledger, time }: World): void {
  for (const work of afterwards) work();
  ledger.close();
  time.end();
}

async function run(world: World): Promise<void> {
  const random = world.randomFor("course");
  const pipelines = judgedPipelines(world);
  const judge = createJudge(world, pipelines);
  planEvents(world, random);
  const processes = random.below(PROCESSES_MAX + 1);
  for (let number = 1; number <= processes; number++) {
    await live(world, random, number);
    await inspectAndJudge(world, judge, pipelines);
    if (world.complaints.length > 0) return;
    // While the journal has its first entry, the ledger is made again from it.
    if (world.unlinked.size === 0 && random.below(8) === 0) world.ledger.remove();
    await world.time.until(world.time.after(random.below(DOWN_MS_MAX)), DOWN_MS_MAX);
  }
  await settle(world, random, processes + 1);
  const inspection = await inspectAndJudge(world, judge, pipelines);
  if (inspection === null) return;
  judgeEnd(world, judge, { pipelines, inspection });
  await judgeArchive(world, judge);
}

function judgedPipelines({ settings }: World): readonly JudgedPipeline[] {
  const { pipelines, archive } = settings.configuration;
  const judged = pipelines.map(({ slug, stream, endpoint }) => ({ name: slug, stream, endpoint }));
  if (archive === null) return judged;
  return [...judged, { name: "(archive)", stream: "logs-session-teleport", endpoint: null }];
}

async function inspectAndJudge(
  world: World,
  judge: Judge,
  pipelines: readonly JudgedPipeline[],
): Promise<Inspection | null> {
  const inspection = await inspectOrComplain(
    world,
    pipelines.map(({ name }) => name),
  );
  if (inspection !== null) judge.look(inspection);
  return inspection;
}
