const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const ZERO = 0x30;
const HEX = Buffer.from("0123456789abcdef");
/** By control character: the letter that stands for it, 0 where it has none. */
const LETTERS = new Uint8Array(SPACE);
for (const [byte, letter] of ["\bb", "\tt", "\nn", "\ff", "\rr"].map((pair) => Buffer.from(pair)))
  LETTERS[byte ?? 0] = letter ?? 0;

/** What a text of UTF-8 takes between the quotes of a JSON string. */
export function escapedBytes(utf8: Uint8Array): number {
  const { length } = utf8;
  let size = length;
  for (let from = 0; from < length; from++) size += addedBy(utf8[from] ?? 0);
  return size;
}

/** The same bytes that `JSON.stringify` makes of the text, without quotes, written at a position; the position behind them. */
export function writeEscaped(target: Uint8Array, position: number, utf8: Uint8Array): number {
  const { length } = utf8;
  let at = position;
  for (let from = 0; from < length; from++) {
    const byte = utf8[from] ?? 0;
    const added = addedBy(byte);
    if (added === 0) target[at++] = byte;
    else {
      target[at++] = BACKSLASH;
      if (added === 1) target[at++] = byte < SPACE ? (LETTERS[byte] ?? 0) : byte;
      else {
        target[at] = LOWER_U;
        target[at + 1] = target[at + 2] = ZERO;
        target[at + 3] = HEX[byte >> 4] ?? ZERO;
        target[at + 4] = HEX[byte & 15] ?? ZERO;
        at += added;
      }
    }
  }
  return at;
}

function addedBy(byte: number): number {
  if (byte >= SPACE) return byte === QUOTE || byte === BACKSLASH ? 1 : 0;
  return LETTERS[byte] === 0 ? 5 : 1;
}
