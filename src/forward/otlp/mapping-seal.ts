import type { GrantDetail } from "../../model/generated/audit-event.ts";
import { ints, strings, type Attribute } from "./attribute.ts";

/** What the seal of a grant's dossier adds; nothing for every other change. */
export const SEAL: readonly Attribute<GrantDetail>[] = [
  ...strings<GrantDetail>({
    "chaperone.seal.digest": [
      "seal.digest",
      (d) => d.seal?.digest ?? null,
      "SHA-256 of the sealed dossier's canonical form.",
    ],
    "chaperone.seal.previous_digest": [
      "seal.previousDigest",
      (d) => d.seal?.previousDigest ?? null,
      "Digest of the seal before it in the chain.",
    ],
    "chaperone.seal.chain_digest": [
      "seal.chainDigest",
      (d) => d.seal?.chainDigest ?? null,
      "SHA-256 over the chain digest before it and this digest.",
    ],
  }),
  ...ints<GrantDetail>({
    "chaperone.seal.number": [
      "seal.number",
      (d) => d.seal?.number ?? null,
      "Place in the organization's chain, 1 first.",
    ],
    "chaperone.seal.events": [
      "seal.events",
      (d) => d.seal?.events ?? null,
      "Events in the dossier.",
    ],
    "chaperone.seal.findings": [
      "seal.findings",
      (d) => d.seal?.findings ?? null,
      "Findings in the dossier.",
    ],
    "chaperone.seal.gaps": [
      "seal.gaps",
      (d) => d.seal?.gaps ?? null,
      "Declared gaps in the dossier.",
    ],
  }),
];
