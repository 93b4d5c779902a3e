/*
 * Loaded before Chaperone (`--import`): its wall clock is off by as many milliseconds as the parent says, from then on. Timers and the
 * monotonic clock go on as they were, as they do when somebody sets a machine's clock.
 */
const RealDate = Date;
let offsetMs = Number(process.env["CHAPERONE_TEST_CLOCK_OFFSET_MS"] ?? 0);

class ShiftedDate extends RealDate {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(ShiftedDate.now());
    else super(...(given as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
process.on("message", (message: { readonly offsetMs: number }) => {
  ({ offsetMs } = message);
  process.send?.({ offsetMs });
});
// The channel alone keeps no process alive that has come to its end.
process.channel?.unref();
