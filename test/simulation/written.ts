import { hash } from "node:crypto";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import { createNormalizers } from "../../src/normalize/normalizers.ts";
import { normalizeRecord } from "../../src/normalize/record.ts";
import type { Item, Origin } from "./origin.ts";
import { ORGANIZATION } from "./settings.ts";

const normalizers = createNormalizers(ORGANIZATION);

/** What an item must become. `key` is its content: source and bytes. */
export type Meant =
  | { readonly kind: "event"; readonly key: string }
  | { readonly kind: "ignored" }
  | { readonly kind: "gap"; readonly from: string };

/** Remembers, since it is asked at every end of a process. */
export function createMeaning(): (
  origin: Origin,
  part: string,
  index: number,
  item: Item,
) => Meant {
  const known = new WeakMap<Item, Meant>();
  return (origin, part, index, item) => {
    const before = known.get(item);
    if (before !== undefined) return before;
    const meant = meaning(origin, `${part}:${index}`, item);
    known.set(item, meant);
    return meant;
  };
}

function meaning({ source }: Origin, place: string, item: Item): Meant {
  if (item.kind === "gap") return { kind: "gap", from: place };
  const { bytes, truncatedFromBytes } = item;
  const record = { bytes, truncatedFromBytes, position: place, observedAt: 0 };
  const by = { normalizer: normalizers[source.dialect], organization: ORGANIZATION };
  if (normalizeRecord(by, record, source) === null) return { kind: "ignored" };
  return { kind: "event", key: keyOf(source.name, bytes, truncatedFromBytes) };
}

/** The content of an event that came from a record; null for events of our own. */
export function contentKey(event: AuditEvent): string | null {
  const { original } = event;
  if (event.origin.kind === "chaperone" || original === null) return null;
  return keyOf(event.origin.name, original.bytes, original.truncatedFromBytes);
}

function keyOf(source: string, bytes: Uint8Array, truncatedFromBytes: number | null): string {
  return `${source} ${hash("sha256", bytes)} ${truncatedFromBytes ?? ""}`;
}
