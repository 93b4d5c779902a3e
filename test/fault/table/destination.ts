import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../support/containers/port.ts";
import { startChild } from "./child.ts";
import {
  OWN_FILE,
  SEEN_FILE,
  type Conduct,
  type DestinationState,
} from "./destination-messages.ts";

/** What a destination was given, for the judge. */
export interface Received {
  /** Digests of body and id of every record, copies included, in the order of arrival. */
  readonly records: readonly { readonly body: string; readonly id: string }[];
  readonly gaps: readonly Gap[];
}

/** A declared loss as the destination saw it. */
export interface Gap {
  readonly id: string;
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly count: number | null;
  readonly cause: string;
}

/** A destination that is told how to behave. */
export interface Destination {
  readonly name: string;
  /** OTLP/HTTP base URL. */
  readonly endpoint: string;
  behave(conduct: Conduct): Promise<void>;
  state(): Promise<DestinationState>;
  received(): Received;
  close(): Promise<void>;
}

const PROGRAM = new URL("destination-process.ts", import.meta.url);
const DIGEST_BYTES = 16;

/** Starts a destination that takes everything; it keeps its files in `folder/name`. */
export async function startDestination(folder: string, name: string): Promise<Destination> {
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
    endpoint: `http://127.0.0.1:${port}`,
    behave,
    state: () => child.ask("state"),
    received: () => ({ records: readSeen(own), gaps: readGaps(own) }),
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
    const text = (key: string): string => values.get(key) ?? "";
    if (!values.has("chaperone.gap.source")) return [];
    const count = values.get("chaperone.gap.count");
    return [
      {
        id: text("log.record.uid"),
        source: text("chaperone.gap.source"),
        from: text("chaperone.gap.from"),
        to: text("chaperone.gap.to"),
        count: count === undefined ? null : Number(count),
        cause: text("chaperone.gap.cause"),
      },
    ];
  });
}
