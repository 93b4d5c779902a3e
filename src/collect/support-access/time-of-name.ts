import { parseTime, type Micros } from "../../model/time.ts";

const STAMP = /(\d{4}-\d{2}-\d{2})T(\d{2})[-:]?(\d{2})[-:]?(\d{2})(\.\d{1,9})?Z/g;

/** The UTC time that the name of a file states, such as `2026-11-22T02-50-42Z.txt`; null where it states none, or several. */
export function timeOfName(name: string): Micros | null {
  const [stamp, another] = name.matchAll(STAMP);
  if (stamp === undefined || another !== undefined) return null;
  const [, date, hour, minute, second, fraction] = stamp;
  return parseTime(`${date}T${hour}:${minute}:${second}${fraction ?? ""}Z`);
}
