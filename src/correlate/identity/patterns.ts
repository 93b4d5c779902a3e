/**
 * Whether a whole name fits one of the patterns (W6): case counts, `*` stands for any characters, nothing else is special. Not a
 * regular expression: names are hostile, and several stars must not make the time grow with more than pattern times name.
 */
export function compilePatterns(patterns: readonly string[]): (name: string) => boolean {
  const plain = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const starred = patterns.filter((pattern) => pattern.includes("*")).map((p) => p.split("*"));
  return (name) => plain.has(name) || starred.some((pieces) => fits(name, pieces));
}

/** The pieces between the stars must follow one another: the first at the beginning, the last at the end. */
function fits(name: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? "";
  const last = pieces.at(-1) ?? "";
  if (name.length < first.length + last.length) return false;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  const end = name.length - last.length;
  let from = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = name.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
