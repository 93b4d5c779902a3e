/** Bytes of UTF-8 that the ledger keeps of a text. */
const KEPT_BYTES_MAX = 4_096;

/**
 * What the ledger keeps of a text that somebody wrote for people: all of it, or as many whole characters as fit beside a mark that says
 * how long it was. Derived grants stay in memory by the thousand, and such a text may be as long as a line. Never for what is compared
 * or what names something. The event has the text whole.
 */
export function keptText(text: string): string {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes <= KEPT_BYTES_MAX) return text;
  const mark = `… [cut, of ${sizeBytes} bytes]`;
  const room = new Uint8Array(KEPT_BYTES_MAX - Buffer.byteLength(mark));
  const { read } = new TextEncoder().encodeInto(text, room);
  return text.slice(0, read) + mark;
}
