import type { Sample } from "../model/identity.ts";

/** Longest text of metrics that is looked at. */
export const METRICS_BYTES_MAX: number = 16 * 1024 * 1024;

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/;
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|Inf)|NaN)$/i;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/gy;

/** The samples of a text in Prometheus' format (its "text-based format", version 0.0.4). Lines of another form are left out. */
export function samplesOf(text: string): readonly Sample[] {
  if (text.length > METRICS_BYTES_MAX)
    throw new RangeError(`Cannot read metrics of more than ${METRICS_BYTES_MAX} bytes`);
  return text.split("\n").flatMap((line) => {
    const [, name, labels = "", value] = LINE.exec(line) ?? [];
    const read = labelsOf(labels);
    if (name === undefined || value === undefined || read === null || !NUMBER.test(value))
      return [];
    return [{ name, labels: read, value: Number(value.replace(/Inf$/i, "Infinity")) }];
  });
}

/** Null where something in them is no label: a sample without one would be another series. */
function labelsOf(text: string): Readonly<Record<string, string>> | null {
  const labels = [...text.matchAll(LABEL)];
  if (labels.reduce((length, [all]) => length + all.length, 0) < text.length) return null;
  return Object.fromEntries(labels.map(([, name = "", value = ""]) => [name, unescaped(value)]));
}

function unescaped(value: string): string {
  return value.replaceAll(/\\(.)/g, (_all, character: string) =>
    character === "n" ? "\n" : character,
  );
}
