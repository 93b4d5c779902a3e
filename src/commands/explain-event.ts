import type { Configuration } from "../config/configuration.ts";
import { explainEvent } from "../correlate/explain.ts";
import type { Ledger } from "../correlate/ledger/ledger.ts";
import { restoreEvent } from "../correlate/ledger/stored-event.ts";
import { ChaperoneError } from "../model/error.ts";
import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { createNormalizers, factsOf } from "../normalize/normalizers.ts";
import { EXIT } from "./exit-code.ts";
import { revisionsOf, type FoundRevision } from "./explain-revisions.ts";
import { explanationForm, explanationLines } from "./explain-text.ts";
import { withLedger } from "./ledger.ts";
import { printJson, printLines } from "./output.ts";

/** An event that is journaled, as far as the ledger keeps it. */
interface Kept {
  readonly event: AuditEvent;
  readonly facts: Facts | null;
  /** Of its last revision, 0 for none; null while it is held. */
  readonly revision: number | null;
}

/**
 * `chaperone explain --event`: an event of a vendor that was judged, or is held, by what the ledger knows now. Where that is not what
 * was journaled last, the running process has not come to it yet, or the configuration is another one.
 */
export async function explainJudged(
  configuration: Configuration,
  { id, isJson }: { readonly id: string; readonly isJson: boolean },
): Promise<number> {
  const { organization, policy } = configuration;
  const { kept, explanation } = withLedger(configuration, (ledger) => {
    const kept = keptEvent(ledger, id, organization);
    if (kept === null)
      throw new ChaperoneError("USAGE", `Cannot explain event "${id}": the ledger has none`, {
        hint: "It keeps vendors' events alone. Others can be explained from their record.",
      });
    const evidence = kept.revision === null ? -Infinity : Infinity;
    const watermarks = { evidence, isEvidenceIdle: kept.revision !== null };
    return { kept, explanation: explainEvent(kept, { policy, ledger, watermarks }) };
  });
  const { event, revision } = kept;
  const revisions = await revisionsOf(configuration, id, revision ?? 0);
  const explained = { ...event, verdict: explanation.verdict };
  const journaled = revision === null ? null : { verdict: event.verdict, revision, revisions };
  if (isJson) printJson({ journaled, ...explanationForm(explained, explanation) });
  else
    printLines([
      journaledLine(kept),
      ...revisions.map(revisionLine),
      ...explanationLines(explained, explanation),
    ]);
  return EXIT.ok;
}

function revisionLine({ number, previous, verdict }: FoundRevision): string {
  return `revision ${number}  from ${previous.coverage} to ${verdict.coverage}, method ${verdict.method}`;
}

function keptEvent(ledger: Ledger, id: string, organization: string): Kept | null {
  const judged = ledger.judged.get(id);
  if (judged !== null) {
    const event = { ...judged.event, original: null };
    return { event, facts: judged.facts, revision: judged.number };
  }
  const held = ledger.heldEvents.get(id);
  if (held === null) return null;
  const event = restoreEvent(held, ledger.heldOriginals.get(id));
  return { event, facts: factsOf(createNormalizers(organization), event), revision: null };
}

function journaledLine({ event, revision }: Kept): string {
  if (revision === null) return "journaled   held";
  const { coverage, method } = event.verdict;
  const last = revision === 0 ? "" : `, by revision ${revision}`;
  return `journaled   ${coverage}, method ${method}${last}`;
}
