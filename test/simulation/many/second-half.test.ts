import { describe } from "vitest";
import { itKeepsItsPromises } from "./half.ts";

describe("the whole line, in a world that one number makes up", () =>
  itKeepsItsPromises({ isSecond: true }));
