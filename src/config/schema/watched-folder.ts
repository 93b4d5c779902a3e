import { duration, whole, type Field } from "./fields.ts";

interface WatchedFolder {
  readonly poll: Field<number>;
  readonly quietFor: Field<number>;
  readonly filesMax: Field<number>;
}

/**
 * Options of every folder that is looked into from time to time, and whose files are each read to their end. `file` is the word for one
 * of them; `quietFor` is that option's default, an ISO 8601 duration.
 */
export function watchedFolder({
  file,
  quietFor,
}: {
  readonly file: string;
  readonly quietFor: string;
}): WatchedFolder {
  return {
    poll: duration(
      { minMs: 10, maxMs: 3_600_000 },
      `Time between two looks for ${file}s.`,
    ).prefault("PT5S"),
    quietFor: duration(
      { minMs: 0, maxMs: 3_600_000 },
      `How long a ${file} must have been left alone before it is read.`,
    ).prefault(quietFor),
    filesMax: whole(
      { min: 1, max: 1_000_000 },
      `Most ${file}s that are known at once; the rest waits, and the source says so.`,
    ).prefault(100_000),
  };
}

interface Times {
  readonly poll: number;
  readonly quietFor: number;
}

/** The values of such options, by the names that they have in the model. */
export function withTimesInMs<T extends Times>({
  poll,
  quietFor,
  ...rest
}: T): Omit<T, keyof Times> & { readonly pollMs: number; readonly quietForMs: number } {
  return { ...rest, pollMs: poll, quietForMs: quietFor };
}
