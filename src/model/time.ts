/** Microseconds since the Unix epoch, UTC: a whole number, exact from 1827 to 2255. */
export type Micros = number;

/** Beyond these, numbers or readers of our Avro files are not exact. */
const MICROS_MIN = -(2 ** 52);
const MICROS_MAX = 2 ** 53 - 2;

export const MICROS_PER_MS = 1_000;
export const MICROS_PER_SECOND = 1_000_000;
const MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Microseconds of an RFC 3339 time; finer digits are cut. `null` for anything else, months, days and hours that do not exist
 * included, for year 1, by which Go programs write "no time", and for times that microseconds cannot state exactly. A 60th second
 * is the next minute's first.
 */
export function parseTime(text: unknown): Micros | null {
  if (typeof text !== "string") return null;
  const usual = parseUsualTime(text);
  if (usual >= 0) return usual <= MICROS_MAX ? usual : null;
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const days = daysOfDate(Number(year), Number(month), Number(day));
  const seconds = secondsOfDay(Number(hour), Number(minute), Number(second));
  const offset = zoneOffset(zone ?? "Z");
  if (days === null || seconds === null || offset === null) return null;
  const rest = Number((fraction ?? "").slice(0, 6).padEnd(6, "0"));
  const micros = days * MICROS_PER_DAY + seconds * MICROS_PER_SECOND + rest - offset;
  return micros >= MICROS_MIN && micros <= MICROS_MAX ? micros : null;
}

/** The last second that was written, since times that follow each other share theirs. */
let lastSecond = NaN;
let lastSecondText = "";

/** RFC 3339 in UTC with six fraction digits. */
export function formatTime(micros: Micros): string {
  const second = Math.floor(micros / MICROS_PER_SECOND);
  if (second !== lastSecond) {
    lastSecondText = new Date(second * 1_000).toISOString().slice(0, -".000Z".length);
    lastSecond = second;
  }
  const rest = micros - second * MICROS_PER_SECOND;
  return `${lastSecondText}.${String(rest).padStart(6, "0")}Z`;
}

const ZERO = 0x30;
const COLON = 0x3a;
const HYPHEN = 0x2d;

/** The last date that was read this way, since a log's neighbours share theirs. */
let lastDate = "";
let lastDateMicros = 0;

/**
 * The form that API servers write, `2026-11-22T02:51:20.736383Z`, several times in every line: read without a regular expression.
 * A negative number for all other forms, and for what is out of range; the general way then decides.
 */
function parseUsualTime(text: string): Micros {
  if (text.length !== 27 || text.charCodeAt(10) !== 0x54 || text.charCodeAt(26) !== 0x5a) return -1;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return -1;
  if (text.charCodeAt(19) !== 0x2e) return -1;
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  const high = twoDigits(text, 20);
  const middle = twoDigits(text, 22);
  const low = twoDigits(text, 24);
  if ((hour | minute | second | high | middle | low) < 0) return -1;
  if (hour > 23 || minute > 59 || second > 59) return -1;
  const date = usualDateMicros(text);
  if (date < 0) return -1;
  return (
    date +
    (hour * 3_600 + minute * 60 + second) * MICROS_PER_SECOND +
    high * 10_000 +
    middle * 100 +
    low
  );
}

function usualDateMicros(text: string): number {
  if (text.startsWith(lastDate) && lastDate !== "") return lastDateMicros;
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return -1;
  const century = twoDigits(text, 0);
  const year = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if ((century | year | month | day) < 0) return -1;
  const days = daysOfDate(century * 100 + year, month, day);
  if (days === null) return -1;
  lastDate = text.slice(0, 10);
  lastDateMicros = days * MICROS_PER_DAY;
  return lastDateMicros;
}

/** The number of two ASCII digits; negative for anything else. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** Days since the epoch of a date of the Gregorian calendar; null where there is no such date, and for year 1. */
function daysOfDate(year: number, month: number, day: number): number | null {
  if (year === 1) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return date.getTime() / 86_400_000;
}

function secondsOfDay(hour: number, minute: number, second: number): number | null {
  if (hour > 23 || minute > 59 || second > 60) return null;
  return hour * 3_600 + minute * 60 + second;
}

function zoneOffset(zone: string): Micros | null {
  if (zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return null;
  const offset = (hours * 60 + minutes) * 60 * MICROS_PER_SECOND;
  return zone.startsWith("-") ? -offset : offset;
}
