import type { Row, Site, Arrangement } from "../row.ts";

const HOUR_MS = 3_600_000;
const SHIFTED_CLOCK = new URL("../shifted-clock.ts", import.meta.url).pathname;

export const sigstop: Row = {
  name: "sigstop",
  fault: "SIGSTOP for 60 s",
  guarantee: "a process that stands still for a minute goes on where it was",
  run: async (trial) => {
    await trial.lasting({ full: 2_000, quick: 500 });
    trial.chaperone.signal("SIGSTOP");
    await trial.lasting({ full: 60_000, quick: 2_500 });
    trial.chaperone.signal("SIGCONT");
    await trial.lasting({ full: 2_000, quick: 500 });
  },
};

export const clockJumps: Row = {
  name: "clock-jumps",
  fault: "wall clock 5 h ahead, 9 h back, then right after kill -9",
  guarantee: "a wall clock that is set forth and back by hours loses nothing",
  arrange: withShiftedClock,
  run: async (trial) => {
    const step = { full: 5_000, quick: 800 };
    await trial.lasting(step);
    await trial.chaperone.shiftClock(5 * HOUR_MS);
    await trial.lasting(step);
    await trial.chaperone.shiftClock(-4 * HOUR_MS);
    await trial.lasting(step);
    await trial.chaperone.kill9();
    await trial.chaperone.start();
    await trial.lasting(step);
  },
};

function withShiftedClock({ launch }: Site): Promise<Arrangement> {
  const args = ["--import", SHIFTED_CLOCK, ...launch.args];
  return Promise.resolve({ launch: { ...launch, args } });
}
