import { z } from "zod";
import { Secret } from "../../model/secret.ts";
import type { Field } from "./fields.ts";
import { maybe } from "./section.ts";

/** A secret, or where it is. */
export type DeclaredSecret =
  | { readonly from: "value"; readonly secret: Secret }
  | { readonly from: "environment"; readonly name: string }
  | { readonly from: "file"; readonly path: string };

const REFERENCE = /^(env|file):(.+)$/s;
const REFERENCE_MESSAGE = "must be env:NAME or file:PATH";

const secretValue: Field<DeclaredSecret> = z
  .string()
  .min(1)
  .transform((value) => ({ from: "value" as const, secret: new Secret(value) }))
  .describe("The secret, as ${NAME}. It must not stand in the file itself.");

export const secretReference: Field<DeclaredSecret> = z
  .string({ error: REFERENCE_MESSAGE })
  .transform((value, context) => {
    const declared = parseSecretReference(value);
    if (declared !== null) return declared;
    context.issues.push({ code: "custom", message: REFERENCE_MESSAGE, input: value });
    return z.NEVER;
  })
  .describe("Where the secret is: env:NAME or file:PATH.");

/** Where a reference such as `env:TOKEN` or `file:./token` points; null for anything else. */
export function parseSecretReference(value: string): DeclaredSecret | null {
  const match = REFERENCE.exec(value);
  const place = match?.[2];
  if (place === undefined) return null;
  return match?.[1] === "env"
    ? { from: "environment", name: place }
    : { from: "file", path: place };
}

/** The two ways to give the secret `name`: itself, and by its reference, as `nameRef`. Exactly one of them has to stand. */
export function secretKeys<const N extends string>(
  name: N,
): Record<N | `${N}Ref`, z.ZodOptional<Field<DeclaredSecret>>> {
  const keys = { [name]: maybe(secretValue), [`${name}Ref`]: maybe(secretReference) };
  return keys as Record<N | `${N}Ref`, z.ZodOptional<Field<DeclaredSecret>>>;
}

/** The one of both that is given; the section made sure that it is there. */
export function given(
  value: DeclaredSecret | undefined,
  reference: DeclaredSecret | undefined,
): DeclaredSecret {
  const secret = value ?? reference;
  if (secret === undefined) throw new TypeError("Cannot take a secret that is not given");
  return secret;
}
