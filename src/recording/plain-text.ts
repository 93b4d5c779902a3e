/** Terminal output as text that people can read: without the escape sequences, its lines ended by `\n`. */
export interface PlainText {
  push(output: Uint8Array): string;
  /** What is left: a character or a sequence that was never completed. */
  end(): string;
}

/** Longest control sequence, and longest string (such as a title), that is left out. What is longer is no such thing: it is shown. */
const SEQUENCE_LENGTH_MAX = 256;
const STRING_LENGTH_MAX = 4_096;

const ESCAPE = "\u001b";
/** ECMA-48's beginnings with eight bits, as those with two characters. */
const C1 = new Map([
  ["\u0090", "P"],
  ["\u0098", "X"],
  ["\u009b", "["],
  ["\u009d", "]"],
  ["\u009e", "^"],
  ["\u009f", "_"],
]);

type State = "text" | "escape" | "sequence" | "string" | "intermediate";

/**
 * A reader of terminal output that a terminal would obey. Nothing that would be seen is left out: a sequence that does not end, or that
 * a line end breaks off, is shown as it is. Carriage returns end lines, since what they make a terminal write over was there to be seen.
 * Other control characters are left in, for whoever prints the text to neutralize.
 */
export function createPlainText(): PlainText {
  const decoder = new TextDecoder();
  let state: State = "text";
  /** What was read of a sequence. */
  let open = "";
  let hasReturn = false;
  let isLineStart = true;

  function show(character: string): string {
    if (character === "\r") {
      hasReturn = true;
      return "";
    }
    const ended = hasReturn && !isLineStart && character !== "\n" ? "\n" : "";
    hasReturn = false;
    isLineStart = character === "\n";
    return `${ended}${character}`;
  }

  function giveUp(): string {
    let shown = "";
    for (const character of open) shown += show(character);
    open = "";
    state = "text";
    return shown;
  }

  function begin(next: State, character: string): string {
    open += character;
    state = next;
    return "";
  }

  function leave(): string {
    open = "";
    state = "text";
    return "";
  }

  function takeText(character: string): string {
    if (character === ESCAPE) return begin("escape", character);
    const kind = C1.get(character);
    return kind === undefined ? show(character) : begin(stateOf(kind), character);
  }

  function take(character: string): string {
    if (state === "text") return takeText(character);
    const lengthMax = state === "string" ? STRING_LENGTH_MAX : SEQUENCE_LENGTH_MAX;
    if (character === "\n" || open.length >= lengthMax) return `${giveUp()}${takeText(character)}`;
    if (state === "string") return takeString(character);
    if (character === ESCAPE) return `${giveUp()}${takeText(character)}`;
    if (state === "escape") {
      const next = stateOf(character);
      return next === "text" ? leave() : begin(next, character);
    }
    const isEnd = state === "sequence" ? character >= "@" && character <= "~" : character >= "0";
    return isEnd ? leave() : begin(state, character);
  }

  /** A string ends at a bell, or at an escape and a backslash. */
  function takeString(character: string): string {
    const isEnd = character === "\u0007" || character === "\u009c";
    if (isEnd || (character === "\\" && open.endsWith(ESCAPE))) return leave();
    return begin("string", character);
  }

  return {
    push: (output) => {
      let text = "";
      for (const character of decoder.decode(output, { stream: true })) text += take(character);
      return text;
    },
    end: () => {
      let text = "";
      for (const character of decoder.decode()) text += take(character);
      return `${text}${giveUp()}`;
    },
  };
}

/** What follows an escape and this character. */
function stateOf(character: string): State {
  if (character === "[") return "sequence";
  if ("]PX^_".includes(character)) return "string";
  return character >= " " && character <= "/" ? "intermediate" : "text";
}
