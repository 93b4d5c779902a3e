import { expect } from "vitest";

/** One that was cut out, or a list's head that says that the body breaks off behind it. */
interface Cut {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** Fails where a byte of the body stands in no record and is not part of what stands around items. */
export function expectNothingLost(body: Uint8Array, records: readonly Cut[]): void {
  const text = Buffer.from(body).toString("latin1");
  let readTo = 0;
  let isBrokenOff = false;
  for (const { bytes, offset } of records) {
    // The last one: a body that breaks off between two items.
    if (isBrokenOff) throw new Error("A record comes after the head of a list");
    expect(bytes.length).toBeGreaterThan(0);
    expect(Buffer.from(body).subarray(offset, offset + bytes.length)).toEqual(Buffer.from(bytes));
    isBrokenOff = offset + bytes.length <= readTo;
    if (isBrokenOff) continue;
    expect(offset).toBeGreaterThanOrEqual(readTo);
    expect(text.slice(readTo, offset)).toSatisfy(isAroundItems);
    readTo = offset + bytes.length;
  }
  const rest = text.slice(readTo);
  const isSaid = isBrokenOff || text[readTo - 1] === "[";
  expect(isSaid ? rest.replace(/\][ \t\r\n]*$/, "") : rest).toSatisfy(isAroundItems);
}

const BLANK_OR_COMMA = /^[ \t\r\n,]*/;

/**
 * Whether this part of a webhook's body holds no record: white space and commas between the items of a list, the rest of a document behind
 * its list, and the head of a document before its list, each of them sound JSON. Anything else that is in no record would be lost.
 */
function isAroundItems(part: string): boolean {
  const text = part.replace(BLANK_OR_COMMA, "");
  if (text === "") return true;
  const before = text.startsWith("]") ? '{"":[' : "";
  if (before === "" && !text.startsWith("{")) return false;
  return endsOf(text).some(
    (end) =>
      isJson(before + text.slice(0, end) + (text[end - 1] === "[" ? "]}" : "")) &&
      isAroundItems(text.slice(end)),
  );
}

/** Where the rest of a document, or a document's head, may end. */
function endsOf(text: string): readonly number[] {
  return [...text.matchAll(/\}|"items"[ \t\r\n]*:[ \t\r\n]*\[/g)].map(
    ({ index, 0: match }) => index + match.length,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
