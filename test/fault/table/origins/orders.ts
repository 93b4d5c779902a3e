import { hash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { WRITTEN_FILE, type OriginOrder, type OriginState } from "./messages.ts";

/** The records that an origin has handed over, digest by digest in its folder. */
export interface HandedOver {
  readonly count: number;
  add(records: readonly (string | Uint8Array)[]): void;
}

export function createHandedOver(folder: string): HandedOver {
  const path = join(folder, WRITTEN_FILE);
  let count = 0;
  appendFileSync(path, "");
  return {
    get count() {
      return count;
    },
    add: (records) => {
      const digests = records.map((record) => hash("md5", record, "buffer"));
      appendFileSync(path, Buffer.concat(digests));
      count += records.length;
    },
  };
}

/** Says where the origin stands, and does so again after each order of the parent when that is done. Ends with the parent. */
export function answerOrders(
  obey: (order: OriginOrder) => void | Promise<void>,
  state: () => OriginState,
): void {
  async function answer(order: OriginOrder): Promise<void> {
    await obey(order);
    process.send?.(state());
  }
  process.on("message", (order: OriginOrder) => void answer(order));
  process.on("disconnect", () => process.exit());
  process.send?.(state());
}
