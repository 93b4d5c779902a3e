import type { RawRecord, Source } from "../../model/record.ts";
import type { Intake } from "../../ports/collector.ts";
import { HTTP_SOURCE_LIMITS } from "./limits.ts";

/** Records that become durable together. */
export interface HandedIn {
  readonly records: readonly RawRecord[];
  readonly sizeBytes: number;
}

/**
 * The way of many requests into one intake. While a few accepts are under way, what arrives is gathered and becomes the next one: a
 * thousand requests of one event share fsyncs as one request of a thousand events does.
 */
export interface HandIn {
  /** Resolves when the records are durable; rejects when the intake refuses them. */
  accept(handed: HandedIn): Promise<void>;
  /** Whether nothing is on its way. */
  readonly isIdle: boolean;
}

interface Waiting extends HandedIn {
  readonly settle: PromiseWithResolvers<void>;
}

/** `changed` is called when the last one under way is durable, and when the first one starts. */
export function createHandIn(of: {
  readonly intake: Intake;
  readonly source: Source;
  readonly part: string;
  readonly changed: () => void;
}): HandIn {
  const { intake, source, part, changed } = of;
  let waiting: Waiting[] = [];
  let underWay = 0;

  function takeNext(): readonly Waiting[] {
    const { recordsMax, recordBytesMax } = HTTP_SOURCE_LIMITS;
    let records = 0;
    let bytes = 0;
    let count = 0;
    for (const one of waiting) {
      records += one.records.length;
      bytes += one.sizeBytes;
      if (count > 0 && (records > recordsMax || bytes > recordBytesMax)) break;
      count++;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  }

  function start(): void {
    while (waiting.length > 0 && underWay < HTTP_SOURCE_LIMITS.acceptsMax) {
      const taken = takeNext();
      underWay++;
      if (underWay === 1) changed();
      intake
        .accept({ source, part, records: taken.flatMap(({ records }) => records) })
        .then(
          () => taken.forEach(({ settle }) => settle.resolve()),
          (error: unknown) => taken.forEach(({ settle }) => settle.reject(error)),
        )
        .finally(() => {
          underWay--;
          start();
          if (underWay === 0) changed();
        });
    }
  }

  return {
    accept: (handed) => {
      const settle = Promise.withResolvers<void>();
      waiting.push({ ...handed, settle });
      start();
      return settle.promise;
    },
    get isIdle() {
      return underWay === 0;
    },
  };
}
