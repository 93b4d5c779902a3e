const BEGIN = "-----BEGIN ";
const END = "\n-----END ";

/**
 * The first block with this label, read as Kubernetes reads it (https://pkg.go.dev/encoding/pem): what stands around blocks, and what
 * begins as one and is none, is passed over. Each character is looked at a fixed number of times.
 */
export function pemBlock(text: string, label: string): Buffer | null {
  for (let from = 0; ;) {
    const end = text.indexOf(END, from);
    if (end < 0) return null;
    // A block that begins inside of another makes the other one none.
    const stretch = text.slice(from, end + 1);
    const begin = stretch.lastIndexOf(BEGIN);
    const isAtLineStart = begin === 0 ? from === 0 : stretch[begin - 1] === "\n";
    from = end + END.length;
    if (begin < 0 || !isAtLineStart) continue;
    const [first = "", ...lines] = stretch.slice(begin + BEGIN.length).split("\n");
    const last = /^.*/.exec(text.slice(from, from + label.length + 64))?.[0] ?? "";
    if (!isLabel(first, label) || !isLabel(last, label)) continue;
    const bytes = decoded(lines);
    if (bytes !== null) return bytes;
  }
}

function isLabel(rest: string, label: string): boolean {
  return rest.trimEnd() === `${label}-----`;
}

/** Headers, which have a colon, stand in front. */
function decoded(lines: readonly string[]): Buffer | null {
  const first = lines.findIndex((line) => !line.includes(":"));
  const base64 = lines.slice(first).join("").replace(/\s/g, "");
  if (base64.length % 4 !== 0 || !/^[\w+/]*={0,2}$/.test(base64) || base64.includes("_"))
    return null;
  return Buffer.from(base64, "base64");
}
