/** A guess is only worth saying when most of the word is right. */
const DISTANCE_SHARE_MAX = 0.45;
const LENGTH_MAX = 64;

/** The known word that is most like the given one, case aside; null where none is much like it. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > LENGTH_MAX) return null;
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance >= bestDistance) continue;
    bestDistance = distance;
    best = candidate;
  }
  const longest = Math.max(word.length, best?.length ?? 0);
  return bestDistance <= longest * DISTANCE_SHARE_MAX ? best : null;
}

/** Letters that must be put in, taken out, exchanged or swapped with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwap = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const change = (last[j - 1] ?? 0) + (isSame ? 0 : 1);
      const swap = isSwap ? (beforeLast[j - 2] ?? Infinity) + 1 : Infinity;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change, swap));
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
