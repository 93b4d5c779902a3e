/** Microseconds since the Unix epoch, UTC: a whole number, exact until the year 2255. */
export type Micros = number;

export const MICROS_PER_MS = 1_000;
export const MICROS_PER_SECOND = 1_000_000;

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Microseconds of an RFC 3339 time; finer digits are cut. `null` for anything else, and for year 1, by which Go programs
 * write "no time".
 */
export function parseTime(text: unknown): Micros | null {
  if (typeof text !== "string") return null;
  const match = RFC3339.exec(text);
  if (match === null || match[1] === "0001") return null;
  const wholeSecond = Date.UTC(
    Number(match[1]),
    Number(match[2]) - 1,
    Number(match[3]),
    Number(match[4]),
    Number(match[5]),
    Number(match[6]),
  );
  const fraction = Number((match[7] ?? "").slice(0, 6).padEnd(6, "0"));
  return wholeSecond * MICROS_PER_MS + fraction - zoneOffset(match[8] ?? "Z");
}

/** RFC 3339 in UTC with six fraction digits. */
export function formatTime(micros: Micros): string {
  const ms = Math.floor(micros / MICROS_PER_MS);
  const rest = micros - ms * MICROS_PER_MS;
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, "0")}Z`;
}

function zoneOffset(zone: string): Micros {
  if (zone === "Z" || zone === "z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return (zone.startsWith("-") ? -minutes : minutes) * 60 * MICROS_PER_SECOND;
}
