import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fileText } from "../sources.ts";
import { limitsInSource, namesOfLimits } from "./find.ts";
import { PASSED_ON } from "./passed-on.ts";
import type { Row } from "./row.ts";
import { TABLE } from "./table.ts";

const rows: readonly (readonly [place: string, name: string, row: Row])[] = Object.entries(
  TABLE,
).flatMap(([file, byName]) =>
  Object.entries(byName).map(([name, row]) => [`${file} ${name}`, name, row] as const),
);

/** `keysMax` of a parameter is the constant `KEYS_MAX`. */
function constantName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

describe("every limit of the source", () => {
  const values = new Map(
    limitsInSource().map(({ file, name, value }) => [`${file} ${name}`, value]),
  );

  it("has a row that says where its edge is tested, and every row has a limit", () => {
    expect(rows.map(([place]) => place).toSorted()).toEqual([...values.keys()].toSorted());
  });

  it("has a test of the title that its row names, or a reason that is a sentence", () => {
    const wrong = rows.filter(([, , row]) =>
      "because" in row
        ? row.because.length < 30
        : !existsSync(new URL(`../../${row.test}`, import.meta.url)) ||
          !fileText(`test/${row.test}`).includes(row.says),
    );
    expect(wrong.map(([place, , row]) => ({ place, row }))).toEqual([]);
  });

  it("has the value that its row says, where its test sets another one", () => {
    const said = rows.filter(([, , row]) => "value" in row && row.value !== undefined);
    expect(said.map(([place, , row]) => [place, "value" in row ? row.value : ""])).toEqual(
      said.map(([place]) => [place, values.get(place)]),
    );
  });

  it("is where every name that bounds something gets its value from", () => {
    const known = new Set(rows.map(([, name]) => name));
    const stray = [...namesOfLimits()]
      .filter(([name]) => !known.has(name) && !known.has(constantName(name)))
      .filter(([name]) => !known.has(PASSED_ON[name]?.of ?? ""))
      .filter(([name]) => PASSED_ON[name]?.because === undefined);
    expect(stray).toEqual([]);
    const names = namesOfLimits();
    expect(Object.keys(PASSED_ON).filter((name) => !names.has(name))).toEqual([]);
  });
});
