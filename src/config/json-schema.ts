import { z } from "zod";
import { configurationSchema } from "./schema/root.ts";

/** JSON Schema of the configuration file, as text, for editors (`# yaml-language-server: $schema=…`). */
export function configurationJsonSchema(): string {
  const schema = z.toJSONSchema(configurationSchema, { io: "input" });
  return `${JSON.stringify({ title: "chaperone.yaml", ...schema }, null, 2)}\n`;
}
