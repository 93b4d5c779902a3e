import type { DatabaseSync } from "node:sqlite";
import { guard } from "./guard.ts";

/** What the reads of one call have in common: a transaction, since SQLite takes and leaves its locks for each read outside of one. */
export interface Reading {
  /** Does the work, whose reads are one transaction. Nothing is written meanwhile. */
  during<T>(work: () => T): T;
  /** Before every read. */
  enter(): void;
}

export function createReading(database: DatabaseSync): Reading {
  const begin = database.prepare("BEGIN");
  const end = database.prepare("COMMIT");
  let isDuring = false;
  let isOpen = false;

  function leave(): void {
    isDuring = false;
    if (!isOpen) return;
    isOpen = false;
    guard(() => end.run());
  }

  return {
    during: (work) => {
      isDuring = true;
      try {
        return work();
      } finally {
        leave();
      }
    },
    enter: () => {
      if (isOpen || !isDuring) return;
      guard(() => begin.run());
      isOpen = true;
    },
  };
}
