import { createGunzip, type Gunzip } from "node:zlib";

/** What a step of inflating brought. */
export interface Inflated {
  readonly output: readonly Uint8Array[];
  /** `more`: go on. `over`: the data has ended. `broken`: it is damaged, and the output of this step is incomplete. */
  readonly state: "more" | "over" | "broken";
  readonly why: string;
}

/** Inflates gzip data piece by piece, so that nobody has more in memory than one piece gives. */
export interface Inflater {
  /** Bytes of the input that the data took: fewer than were pushed where it has ended. */
  readonly consumedBytes: number;
  push(input: Uint8Array): Promise<Inflated>;
  /** No input follows: `over` where the data is whole. */
  finish(): Promise<Inflated>;
  close(): void;
}

export function createInflater(): Inflater {
  const gunzip: Gunzip = createGunzip();
  let output: Uint8Array[] = [];
  let broken: string | null = null;
  let isOver = false;
  let settle = (): void => undefined;
  gunzip.on("data", (chunk: Uint8Array) => output.push(chunk));
  gunzip.on("end", () => {
    isOver = true;
    settle();
  });
  gunzip.on("error", (error) => {
    broken = error.message;
    settle();
  });

  /** Zlib calls back, or ends, or fails, whichever it comes to: at the data's end it may do without the first. */
  async function step(
    begin: (done: (error: Error | null | undefined) => void) => void,
  ): Promise<Inflated> {
    if (broken === null && !isOver)
      await new Promise<void>((resolve) => {
        settle = resolve;
        begin((error) => {
          broken ??= error?.message ?? null;
          resolve();
        });
      });
    const taken = output;
    output = [];
    const state = broken === null ? (isOver ? "over" : "more") : "broken";
    return { output: taken, state, why: broken ?? "" };
  }

  return {
    get consumedBytes() {
      return gunzip.bytesWritten;
    },
    push: (input) => step((done) => void gunzip.write(input, done)),
    finish: () => step(() => void gunzip.end()),
    close: () => void gunzip.destroy(),
  };
}
