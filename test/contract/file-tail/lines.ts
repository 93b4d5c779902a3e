/** Lines that all differ, of many lengths. */
export function lines(count: number, name = "line"): readonly string[] {
  return Array.from({ length: count }, (_, n) => `${name} ${n} ${"x".repeat(n % 90)}`);
}

/** As a writer writes them. */
export function textOf(of: readonly string[]): string {
  return of.map((line) => `${line}\n`).join("");
}
