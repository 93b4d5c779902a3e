import { hash } from "node:crypto";
import { afterAll, expect, vi } from "vitest";

/** Before every file that shares its process with others: it fails where it leaves something behind that they would meet. */
const before = surroundings();
afterAll(() => {
  expect(surroundings(), "the process as the file leaves it").toEqual(before);
});

function surroundings() {
  return {
    // A value may be a secret of whose machine it is.
    environment: Object.entries(process.env).map(([name, value = ""]) => [
      name,
      hash("md5", value),
    ]),
    folder: process.cwd(),
    exitCode: process.exitCode,
    isTimeFake: vi.isFakeTimers(),
    listeners: process.eventNames().map((name) => [name, process.listenerCount(name)]),
  };
}
