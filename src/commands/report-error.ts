import { styleText } from "node:util";
import { ConfigurationError } from "../config/problem.ts";
import { ChaperoneError, describeError } from "../model/error.ts";
import { EXIT } from "./exit-code.ts";
import { printable } from "./output.ts";

/** Says on standard error what went wrong, and gives the exit code. One line (a configuration's problems: one each), no stack unless asked. */
export function reportError(
  error: unknown,
  options: { readonly isJson: boolean; readonly isDebug: boolean },
): number {
  if (options.isJson) process.stderr.write(`${JSON.stringify({ error: errorForm(error) })}\n`);
  else process.stderr.write(`${errorText(error)}\n`);
  if (options.isDebug && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
  return exitCodeOf(error);
}

function errorText(error: unknown): string {
  const mark = (text: string): string =>
    styleText("red", text, { stream: process.stderr, validateStream: true });
  if (!(error instanceof ChaperoneError))
    return `${mark("Cannot go on:")} ${printable(describeError(error))}`;
  const [first = "", ...rest] = describeError(error).split("\n").map(printable);
  const hint = error.hint === null ? "" : `. ${printable(error.hint)}`;
  return [`${first.replace(/^Cannot\b/, mark)} (${error.code})${hint}`, ...rest].join("\n");
}

function errorForm(error: unknown): unknown {
  if (!(error instanceof ChaperoneError))
    return { code: null, message: describeError(error), hint: null };
  const { code, hint } = error;
  const form = { code, message: describeError(error), hint };
  return error instanceof ConfigurationError ? { ...form, problems: error.problems } : form;
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof ChaperoneError)) return EXIT.failure;
  if (error.code === "USAGE") return EXIT.usage;
  return error.code.startsWith("CONFIG_") ? EXIT.configuration : EXIT.failure;
}
