/** What a colour stands for. The text beside it says the same: nobody has to see it. */
export type Tone = "good" | "doubtful" | "bad" | "plain";

const CODES: Readonly<Record<Exclude<Tone, "plain">, number>> = {
  good: 32,
  doubtful: 33,
  bad: 31,
};

/** In colour on a terminal whose user did not refuse it (NO_COLOR), as it is elsewhere. */
export function colored(
  text: string,
  tone: Tone,
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const isRefused = (environment["NO_COLOR"] ?? "") !== "" || environment["TERM"] === "dumb";
  if (tone === "plain" || stream.isTTY !== true || isRefused) return text;
  return `\u001B[${CODES[tone]}m${text}\u001B[39m`;
}

export function toneOf(coverage: string): Tone {
  if (coverage === "covered") return "good";
  if (["ambiguous", "unresolved", "standing"].includes(coverage)) return "doubtful";
  if (["not-vendor", "evidence"].includes(coverage)) return "plain";
  return "bad";
}
