import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { Source } from "../../../src/model/record.ts";
import { formatTime } from "../../../src/model/time.ts";
import { KUBERNETES_SOURCE, normalize, NORMALIZERS, TELEPORT_SOURCE } from "./records.ts";

/**
 * Every `<case>.raw.json` is one record, byte for byte; `<case>.event.json` is the event and the facts that come of it. After a wanted
 * change, write them again with CHAPERONE_UPDATE_GOLDEN=1 and read the difference.
 */
const FOLDER = join(import.meta.dirname, "../../golden");
const IS_UPDATE = process.env["CHAPERONE_UPDATE_GOLDEN"] === "1";

const TIMES = new Set([
  "occurredAt",
  "endedAt",
  "observedAt",
  "requestReceivedTimestamp",
  "stageTimestamp",
  "validFrom",
  "validUntil",
  "receivedAt",
  "stageAt",
  "time",
  "sessionStart",
  "expires",
  "assumeStartTime",
  "maxDuration",
]);

function render(event: AuditEvent, facts: unknown): string {
  const { original } = event;
  const shown = original === null ? null : { ...original, ...renderBytes(original.bytes) };
  const document = { event: { ...event, original: shown }, facts };
  const text = JSON.stringify(
    document,
    (key, value: unknown) =>
      TIMES.has(key) && typeof value === "number" ? formatTime(value) : value,
    2,
  );
  return `${text}\n`;
}

function renderBytes(bytes: Uint8Array): { readonly encoding: string; readonly bytes: string } {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString("utf8");
  return Buffer.from(text).equals(buffer)
    ? { encoding: "utf8", bytes: text }
    : { encoding: "base64", bytes: buffer.toString("base64") };
}

function casesOf(folder: string): readonly string[] {
  return readdirSync(join(FOLDER, folder))
    .filter((name) => name.endsWith(".raw.json"))
    .map((name) => basename(name, ".raw.json"));
}

describe.each<readonly [string, Source]>([
  ["kubernetes", KUBERNETES_SOURCE],
  ["teleport", TELEPORT_SOURCE],
])("golden events of %s", (folder, source) => {
  it.each(casesOf(folder))("%s", (name) => {
    const raw = readFileSync(join(FOLDER, folder, `${name}.raw.json`));
    const { event, facts } = normalize(raw, source);
    const rendered = render(event, facts);
    const golden = join(FOLDER, folder, `${name}.event.json`);
    if (IS_UPDATE) writeFileSync(golden, rendered);
    expect(rendered).toBe(readFileSync(golden, "utf8"));
    expect(event.original?.bytes).toEqual(raw);
    expect(NORMALIZERS[source.dialect].facts(event)).toEqual(facts);
  });
});
