import { brokenIdentities } from "../../../src/model/identity.ts";
import { samplesOf } from "../../../src/operate/samples.ts";
import { judge, type SourceOutcome } from "./judge.ts";
import type { Reach, Row } from "./row.ts";
import { settle } from "./settle.ts";
import { sumOf } from "./sum-of.ts";
import { openTrial, type Trial, type TrialOptions } from "./trial.ts";

/** What one run of a row showed. */
export interface RowOutcome {
  readonly row: string;
  readonly fault: string;
  readonly guarantee: string;
  readonly isQuick: boolean;
  readonly seed: number;
  readonly sources: Readonly<Record<string, SourceOutcome>>;
  /** Null where the fault reaches all of them. */
  readonly reaches: Reach | null;
  /** Journal entries that are declared as lost. */
  readonly declared: number;
  /** What was measured on the way. */
  readonly note: string;
  /** Everything else that is not as it must be; empty when nothing is wrong. */
  readonly complaints: readonly string[];
  readonly seconds: number;
}

/** Starts Chaperone, lets the row have its fault, waits until everything has settled, ends Chaperone, and judges. */
export async function runRow(row: Row, options: TrialOptions): Promise<RowOutcome> {
  const startedMs = performance.now();
  const trial = await openTrial(row, options);
  try {
    await trial.chaperone.start();
    await trial.write();
    const { note = "", gone = new Map(), complaints = [] } = (await row.run(trial)) ?? {};
    await trial.rest();
    const atTheEnd = await endingComplaints(trial);
    const judgement = await judge(trial, gone);
    return {
      row: row.name,
      fault: row.fault,
      guarantee: row.guarantee,
      isQuick: trial.isQuick,
      seed: trial.seed,
      sources: judgement.sources,
      reaches: row.reaches ?? null,
      declared: judgement.declared,
      note,
      complaints: [...complaints, ...atTheEnd, ...judgement.complaints],
      seconds: Math.round((performance.now() - startedMs) / 1_000),
    };
  } catch (error) {
    const words = trial.chaperone.errors().slice(-4_000);
    throw new Error(`Row "${row.name}" (seed ${trial.seed}) failed. Chaperone wrote: ${words}`, {
      cause: error,
    });
  } finally {
    await trial.close();
  }
}

/** Lost records of all sources. */
export function lostOf({ sources }: Pick<RowOutcome, "sources">): number {
  return Object.values(sources).reduce((sum, { lost }) => sum + lost, 0);
}

async function endingComplaints(trial: Trial): Promise<string[]> {
  const { chaperone } = trial;
  const complaints: string[] = [];
  if (!(await settle(trial)))
    complaints.push(
      `It came to a standstill; Chaperone wrote: ${chaperone.errors().slice(-2_000)}`,
    );
  const samples = samplesOf(await chaperone.metrics());
  complaints.push(...brokenIdentities(samples).map(({ text }) => `Its counters differ: ${text}`));
  const unreadable = sumOf(samples, "chaperone_records_unreadable_total");
  if (unreadable > 0) complaints.push(`${unreadable} whole records were unreadable`);
  const code = await chaperone.stop();
  if (code !== 0) complaints.push(`It ended with ${String(code)} when it was told to`);
  return complaints;
}
