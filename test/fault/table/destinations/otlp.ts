import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../support/containers/port.ts";
import { startChild } from "../child.ts";
import type { Destination, Gap, Received } from "./destination.ts";
import { OWN_FILE, SEEN_FILE, type Conduct, type DestinationState } from "./messages.ts";

const PROGRAM = new URL("otlp-process.ts", import.meta.url);
const DIGEST_BYTES = 16;

/** Starts a destination that takes everything; it keeps its files in `folder/name`. */
export async function startOtlpDestination(folder: string, name: string): Promise<Destination> {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  for (const file of [SEEN_FILE, OWN_FILE]) writeFileSync(join(own, file), "");
  const port = await freePort();
  const child = await startChild<Conduct | "state", DestinationState>(PROGRAM, {
    folder: own,
    port,
  });
  const behave = async (conduct: Conduct): Promise<void> => {
    await child.ask(conduct);
  };
  await behave({ kind: "take" });
  return {
    name,
    spec: { otlp: { endpoint: `http://127.0.0.1:${port}`, compression: "none" } },
    behave,
    state: () => child.ask("state"),
    received: () => Promise.resolve({ records: readSeen(own), gaps: readGaps(own) }),
    close: () => child.close(),
  };
}

function readSeen(folder: string): Received["records"] {
  const text = readFileSync(join(folder, SEEN_FILE)).toString("latin1");
  return Array.from({ length: text.length / (2 * DIGEST_BYTES) }, (_, n) => {
    const at = n * 2 * DIGEST_BYTES;
    return {
      body: text.slice(at, at + DIGEST_BYTES),
      id: text.slice(at + DIGEST_BYTES, at + 2 * DIGEST_BYTES),
    };
  });
}

interface OwnRecord {
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: string };
  }[];
}

function readGaps(folder: string): readonly Gap[] {
  const lines = readFileSync(join(folder, OWN_FILE), "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.flatMap((line) => {
    const { attributes } = JSON.parse(line) as OwnRecord;
    const values = new Map(
      attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? ""]),
    );
    if (!values.has("chaperone.gap.source")) return [];
    return [
      {
        source: values.get("chaperone.gap.source") ?? "",
        from: values.get("chaperone.gap.from") ?? "",
        to: values.get("chaperone.gap.to") ?? "",
      },
    ];
  });
}
