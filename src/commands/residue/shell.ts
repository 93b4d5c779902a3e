/** What a terminal could obey, or what would not be seen in it. */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]/u;

/** A command line that a shell takes apart into exactly these words, whatever is in them. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}

/** Control and format characters are written as escapes, which bash, zsh and ksh read (`$'…'`): a name may hold any of them. */
function shellWord(word: string): string {
  if (/^[\w@%+:,./-][\w@%+=:,./-]*$/.test(word)) return word;
  if (!HIDDEN.test(word)) return `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = Array.from(word, (character) => {
    if (character === "'" || character === "\\") return `\\${character}`;
    return HIDDEN.test(character) ? bytesOf(character) : character;
  });
  return `$'${escaped.join("")}'`;
}

function bytesOf(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`)
    .join("");
}
