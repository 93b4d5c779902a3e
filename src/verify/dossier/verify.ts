import type { DossierFile } from "../../model/dossier.ts";
import { parseStrictly } from "./canonical.ts";
import { checkOf, type Check } from "./check.ts";
import { checkInside } from "./inside.ts";
import { misshapen } from "./shape.ts";

/** A dossier that was read, and what is to be said of it by itself; null where the text is none. */
export interface VerifiedDossier {
  readonly file: DossierFile | null;
  readonly checks: readonly Check[];
}

/**
 * Verifies the JSON of a dossier by its own parts. That shows every change made to it by anybody who does not make all of it anew; that
 * it is the one that was sealed, the delivered events alone can show (`createDelivered`).
 */
export function verifyDossier(text: string): VerifiedDossier {
  const parsed = parseStrictly(text.trimEnd());
  if (parsed === null)
    return { file: null, checks: checkOf("form", ["it is no JSON, or has a key twice"], "") };
  const path = misshapen(parsed.value);
  if (path !== null)
    return { file: null, checks: checkOf("form", [`it is no dossier: ${path || "/"}`], "") };
  const file = parsed.value as DossierFile;
  const format: string = file.format;
  const wrong = format === FORMAT ? [] : [`its format is "${format}"`];
  return { file, checks: [...checkOf("form", wrong, "a dossier"), ...checkInside(file)] };
}

const FORMAT: DossierFile["format"] = "chaperone-dossier-1";
