/** Consecutive parts of at most so many bytes; what is larger by itself is a part alone. */
export function* chunksOf<T extends Sized>(
  things: readonly T[],
  bytesMax: number,
): Generator<readonly T[], void> {
  let from = 0;
  let sizeBytes = 0;
  for (const [index, thing] of things.entries()) {
    const more = bytesOf(thing);
    if (index > from && sizeBytes + more > bytesMax) {
      yield things.slice(from, index);
      from = index;
      sizeBytes = 0;
    }
    sizeBytes += more;
  }
  if (from < things.length) yield things.slice(from);
}

/** A journal entry, or what rests of one. */
type Sized = { readonly sizeBytes: number } | { readonly event: Uint8Array };

function bytesOf(thing: Sized): number {
  return "sizeBytes" in thing ? thing.sizeBytes : thing.event.byteLength;
}
