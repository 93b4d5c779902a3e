import { z } from "zod";
import type { ListenAddress } from "../../model/http.ts";
import type { Field } from "./fields.ts";

const FORM = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/;
const MESSAGE = "must be a host and a port such as 127.0.0.1:9464 or [::1]:9464";

export function listen(description: string): Field<ListenAddress> {
  return z
    .string({ error: MESSAGE })
    .transform((value, context) => {
      const match = FORM.exec(value);
      const port = Number(match?.[3]);
      if (match !== null && port <= 65_535) return { host: match[1] ?? match[2] ?? "", port };
      context.issues.push({ code: "custom", message: MESSAGE, input: value });
      return z.NEVER;
    })
    .describe(description);
}

/** An address, or `off` for no server. */
export function listenOrOff(description: string): Field<ListenAddress | null> {
  const off = z.literal("off").transform(() => null);
  const error = `${MESSAGE}, or off`;
  return z.union([off, listen(description)], { error }).describe(description);
}
