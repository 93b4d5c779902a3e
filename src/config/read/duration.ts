/** A stretch of the calendar: months are as long as they are. */
export interface Period {
  readonly months: number;
  readonly days: number;
}

const ISO8601 =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;

interface Parts {
  readonly months: number;
  readonly days: number;
  readonly ms: number;
}

/** Milliseconds of an ISO 8601 duration such as `PT2H` or `P30D`; null for anything else, and for years and months, which have no fixed length. */
export function parseDuration(text: string): number | null {
  const parts = parseParts(text);
  return parts === null || parts.months > 0 ? null : parts.days * 86_400_000 + parts.ms;
}

/** The calendar stretch of an ISO 8601 duration of whole days such as `P12M`, `P1Y` or `P90D`; null for anything else. */
export function parsePeriod(text: string): Period | null {
  const parts = parseParts(text);
  return parts === null || parts.ms > 0 ? null : { months: parts.months, days: parts.days };
}

function parseParts(text: string): Parts | null {
  const match = ISO8601.exec(text);
  if (match === null || text === "P") return null;
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const parts = {
    months: years * 12 + months,
    days: weeks * 7 + days,
    ms: Math.round(((hours * 60 + minutes) * 60 + seconds) * 1_000),
  };
  return Object.values(parts).every(Number.isSafeInteger) ? parts : null;
}
