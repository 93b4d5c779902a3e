/** The first and the last second that RFC 3339 can write: those of the years 1 and 9999. */
const SECONDS_MIN = -62_135_596_800n;
const SECONDS_MAX = 253_402_300_799n;

/** By which Go programs write "no time". */
const NO_TIME = "0001-01-01T00:00:00Z";

/**
 * A time as Go's JSON encoder writes it: RFC 3339 in UTC, with as many digits of nanoseconds as say something. No time, and one that
 * cannot be written, is the first second of year 1.
 */
export function formatGoTime(time: readonly [seconds: bigint, nanos: number] | null): string {
  if (time === null) return NO_TIME;
  const [seconds, nanos] = time;
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX || nanos < 0 || nanos > 999_999_999)
    return NO_TIME;
  const whole = new Date(Number(seconds) * 1_000).toISOString().slice(0, 19);
  const fraction = String(nanos).padStart(9, "0").replace(/0+$/, "");
  return fraction === "" ? `${whole}Z` : `${whole}.${fraction}Z`;
}
