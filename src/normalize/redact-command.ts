/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

/** Longest argument that is searched; a longer one is a script or data, and is left out as a whole. */
const ARGUMENT_LENGTH_MAX = 16_384;

const SECRET_WORD =
  "pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization";
const SECRET_NAME = new RegExp(SECRET_WORD, "i");

/**
 * Every pattern begins where a run of name characters begins and bounds what it repeats, so that no text, however hostile, costs
 * more than its length.
 */
const ASSIGNED_NAME = `(?<![\\w.-])(?=[\\w.-]{0,64}(?:${SECRET_WORD}))[\\w.-]{1,128}["']?`;
const ASSIGNED_VALUE = `"[^"]*"|'[^']*'|(?:bearer|basic)\\s{1,4}[^\\s"']+|[^\\s"';&|]+`;
const ASSIGNMENT = new RegExp(
  `(${ASSIGNED_NAME}(?:=|\\s{0,4}:\\s{0,4}))(?:${ASSIGNED_VALUE})`,
  "gi",
);
const FLAG_WITH_VALUE = new RegExp(
  `(?<![\\w-])(--?[\\w-]{0,64}(?:${SECRET_WORD})[\\w-]{0,64}\\s{1,4})([^\\s-]\\S*)`,
  "gi",
);
const FLAG = new RegExp(`^--?[\\w-]{0,64}(?:${SECRET_WORD})[\\w-]{0,64}$`, "i");
const BEARER = /(?<!\w)((?:bearer|basic)\s{1,4})[\w.~+/=-]{8,}/gi;
const ADDRESS_PASSWORD = /(:\/\/[^\s/:@]{0,256}:)[^\s/@]{1,1024}@/g;
const KNOWN_TOKEN =
  /(?<![\w-])(?:eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|(?:gh[opsur]_|github_pat_|glpat-|xox[abp]-)[\w-]{16,})/g;
const USER_FLAG = /^(?:-u|--user)$/;
const MYSQL = /(?:^|\/)(?:mysql\w*|mariadb[\w-]*)$/;

/** Whether a value under this name should not be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The arguments of a command line, secrets in them replaced: assignments, flags, headers, passwords in addresses, known tokens. */
export function redactArguments(command: readonly string[]): readonly string[] {
  const isMysql = MYSQL.test(command[0] ?? "");
  return command.map((argument, index) => {
    const before = index === 0 ? "" : (command[index - 1] ?? "");
    if (FLAG.test(before) && !argument.startsWith("-")) return REDACTED;
    if (USER_FLAG.test(before)) return argument.replace(/:.*/s, `:${REDACTED}`);
    if (isMysql && argument.startsWith("-p") && argument.length > 2) return `-p${REDACTED}`;
    return redactText(argument);
  });
}

/** One text, secrets in it replaced. */
export function redactText(text: string): string {
  if (text.length > ARGUMENT_LENGTH_MAX) return REDACTED;
  return text
    .replace(ASSIGNMENT, `$1${REDACTED}`)
    .replace(FLAG_WITH_VALUE, `$1${REDACTED}`)
    .replace(BEARER, `$1${REDACTED}`)
    .replace(ADDRESS_PASSWORD, `$1${REDACTED}@`)
    .replace(KNOWN_TOKEN, REDACTED);
}
