/**
 * Why a container file could not be written or read:
 *
 * - `full`: a write was refused, the file is whole and unchanged; the same append may be tried again.
 * - `failed`: a write or fsync failed in a way that leaves the content unknown; the file must be opened again.
 * - `damaged`: something in the file is not what was written.
 * - `other-schema`: the file was begun with another schema.
 */
export type ContainerProblem = "full" | "failed" | "damaged" | "other-schema";

/** For its callers, which know what the file means to an operator and say so in a ChaperoneError. */
export class ContainerError extends Error {
  readonly problem: ContainerProblem;
  readonly path: string;
  readonly offsetBytes: number | null;

  /** `why` completes the sentence "Cannot use container file …:". */
  constructor(
    problem: ContainerProblem,
    path: string,
    why: { readonly why: string; readonly offsetBytes?: number; readonly cause?: unknown },
  ) {
    const place = why.offsetBytes === undefined ? "" : ` at byte ${why.offsetBytes}`;
    super(
      `Cannot use container file "${path}"${place}: ${why.why}`,
      why.cause === undefined ? {} : { cause: why.cause },
    );
    this.name = "ContainerError";
    this.problem = problem;
    this.path = path;
    this.offsetBytes = why.offsetBytes ?? null;
  }
}
