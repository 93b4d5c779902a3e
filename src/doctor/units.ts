const STEPS = [
  [86_400_000, "days"],
  [3_600_000, "hours"],
  [60_000, "minutes"],
  [1_000, "seconds"],
] as const;

/** A length of time as people say it, in the largest unit of which it has two or more. */
export function spoken(ms: number): string {
  const [unitMs, unit] = STEPS.find(([size]) => ms >= 2 * size) ?? [1, "ms"];
  return `${Math.round(ms / unitMs)} ${unit}`;
}

const SIZES = [
  [1024 ** 3, "GiB"],
  [1024 ** 2, "MiB"],
  [1024, "KiB"],
] as const;

export function bytes(size: number): string {
  const [unitBytes, unit] = SIZES.find(([least]) => size >= least) ?? [1, "bytes"];
  const value = size / unitBytes;
  return `${value >= 10 || unitBytes === 1 ? Math.round(value) : value.toFixed(1)} ${unit}`;
}
