import type { FieldOperation, FieldsChange, FieldValue } from "../../model/change.ts";

/** A field that is not as it was before vendors changed it. */
export interface ChangedField {
  readonly path: string;
  /** As FieldValue has it; null where it was taken away. */
  readonly value: string | null;
  /** Ids of the vendors' requests that changed it. */
  readonly evidence: readonly string[];
}

/** Who changed the fields of one object. */
export interface FieldsWriter {
  readonly id: string;
  readonly isVendors: boolean;
}

/** The followed fields of one object over time (R2: patches compose). */
export interface Fields {
  /** In the order in which the server did it. */
  apply(change: FieldsChange, by: FieldsWriter): void;
  /** What is left of the vendors' changes. */
  changed(): readonly ChangedField[];
}

/** A field that a vendor wrote last, or before somebody wrote the same. */
interface Touched {
  /** Before a vendor first wrote it: undefined where nobody knows, null where there was none. */
  readonly original: string | null | undefined;
  readonly isFirstUnset: boolean;
  now: string | null;
  readonly evidence: Set<string>;
}

/** Stands for fields that were written all at once while nobody knew what they were before. */
const WHOLE = "";

/** @param isSwitch the field is on or off: taken away is off, and nothing that anybody could have left. */
export function createFields(isSwitch: boolean): Fields {
  /** All followed fields, once a record has told them. */
  let known: Map<string, string> | null = null;
  /** What others wrote while not all was known. */
  const told = new Map<string, string | null>();
  const touched = new Map<string, Touched>();
  /** Where vendors put something: what is unset there again is as if it had never been. */
  const roots = new Set<string>();

  /** Whoever else gives a field another value takes it from the vendors. */
  function touch(path: string, value: string | null, by: FieldsWriter): void {
    const entry = touched.get(path);
    if (by.isVendors) {
      const own = entry ?? newTouched(path, value);
      own.now = value;
      own.evidence.add(by.id);
      touched.set(path, own);
    } else if (entry?.now !== value) {
      touched.delete(path);
      told.set(path, value);
    }
    if (value === null) known?.delete(path);
    else known?.set(path, value);
  }

  function newTouched(path: string, value: string | null): Touched {
    const original = known === null ? told.get(path) : (known.get(path) ?? null);
    return { original, isFirstUnset: value === null, now: value, evidence: new Set() };
  }

  function pathsBelow(root: string): string[] {
    const all = known === null ? touched.keys() : new Set([...known.keys(), ...touched.keys()]);
    return [...all].filter((path) => path !== WHOLE && isAtOrBelow(path, root));
  }

  function operate(operation: FieldOperation, by: FieldsWriter): void {
    if ("set" in operation) {
      const next = new Map(operation.values);
      for (const path of pathsBelow(operation.set)) if (!next.has(path)) touch(path, null, by);
      for (const [path, value] of next) touch(path, value, by);
      if (by.isVendors) for (const root of rootsOf(operation)) roots.add(root);
      return;
    }
    const path = operation.unset;
    const below = pathsBelow(path);
    for (const each of below) touch(each, null, by);
    if (known !== null || roots.has(path)) return;
    const wasSet = below.some((each) => each !== path);
    if (!(wasSet && isOwnItem(path)) && !below.includes(path)) touch(path, null, by);
  }

  /** The state as a record tells it. Where it was known before, what differs in the part that a request wrote is that request's. */
  function learn(after: readonly FieldValue[], by: FieldsWriter, written: readonly string[]): void {
    const next = new Map(after);
    const before = known ?? new Map<string, string>();
    for (const path of new Set([...before.keys(), ...next.keys(), ...touched.keys()])) {
      if (path === WHOLE || isByNumber(path)) continue;
      const value = next.get(path) ?? null;
      const last = touched.get(path)?.now;
      const isWritten = written.some((root) => isAtOrBelow(path, root));
      const isNews = last === undefined ? isWritten && before.get(path) !== value : last !== value;
      if (isNews) touch(path, value, isWritten ? by : { ...by, isVendors: false });
    }
    known = next;
  }

  return {
    apply: (change, by) => {
      const { operations, after, isWholeAsked, isCut } = change;
      if (isCut && by.isVendors) touch(WHOLE, "#more", by);
      if (isWholeAsked && after !== null) {
        const isNewToUs = known === null && by.isVendors;
        if (isNewToUs) touch(WHOLE, "#all", by);
        learn(after, by, isNewToUs ? [] : [""]);
        return;
      }
      if (known === null || after === null)
        for (const operation of operations) operate(operation, by);
      if (after !== null && !isCut) learn(after, by, operations.flatMap(rootsOf));
    },
    changed: () =>
      [...touched].flatMap(([path, entry]) => {
        const isLeft = entry.evidence.size > 0 && isChanged(entry, isSwitch);
        return isLeft ? [{ path, value: entry.now, evidence: [...entry.evidence] }] : [];
      }),
  };
}

function isChanged({ original, isFirstUnset, now }: Touched, isSwitch: boolean): boolean {
  if (isSwitch) return now === "=true" && original !== "=true";
  if (original !== undefined) return now !== original;
  return isFirstUnset || now !== null;
}

/** What belongs to an operation: where it acts, and items that it names, which come and go with all they have. */
function rootsOf(operation: FieldOperation): readonly string[] {
  if ("unset" in operation)
    return [isByNumber(operation.unset) ? listOf(operation.unset) : operation.unset];
  const items = operation.values.flatMap(([path]) => itemsOn(path));
  return [...new Set([operation.set, ...items])];
}

/** Every item of a list on the way to a path, but containers: a patch names those that it changes. */
function itemsOn(path: string): readonly string[] {
  const segments = path.split("/");
  return segments.map((_, index) => segments.slice(0, index + 1).join("/")).filter(isOwnItem);
}

function isOwnItem(path: string): boolean {
  return (
    /\/\[[^/]*\]$/.test(path) && !/(?:^|\/)(?:c|initC|ephemeralC)ontainers\/\[[^/]*\]$/.test(path)
  );
}

/** An item of a list that has keys, told by its number: which one that is, nobody knows later. */
const NUMBERED =
  /^(.*?(?:^|\/)(?:containers|initContainers|volumes|env|volumeMounts|volumeDevices|ports|imagePullSecrets|hostAliases|topologySpreadConstraints))\/(?:\d+|-)(?:\/|$)/;

function isByNumber(path: string): boolean {
  return NUMBERED.test(path);
}

function listOf(path: string): string {
  return NUMBERED.exec(path)?.[1] ?? path;
}

function isAtOrBelow(path: string, root: string): boolean {
  return root === "" || path === root || path.startsWith(`${root}/`);
}
