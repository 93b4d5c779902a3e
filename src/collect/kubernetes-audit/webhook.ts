import type { AuditWebhookOptions } from "../../model/source.ts";
import { MICROS_PER_SECOND } from "../../model/time.ts";
import type { Checkpoints, Collector } from "../../ports/collector.ts";
import type { HttpKind, HttpSourceOf } from "../http/kind.ts";
import { createHttpSource } from "../http/source.ts";
import { createTally } from "./completeness/tally.ts";
import { createCompleteness } from "./completeness/watch.ts";
import { createListItems } from "./list-items.ts";

/**
 * Takes what the audit webhook of a kube-apiserver posts: EventLists, each item a record with exactly its bytes
 * (https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#webhook-backend). An API server tries a batch five times within a
 * minute and a half, whatever the answer was, and then drops it; a 503 with `Retry-After` makes that four minutes. So nothing is
 * refused for its content, and what is not durable in time is pushed back. The query is ignored: the server writes its timeout there.
 */
export function createKubernetesAuditWebhook(
  of: HttpSourceOf<AuditWebhookOptions> & { readonly checkpoints: Checkpoints },
): Collector {
  const { path, metrics } = of.options;
  const kind: HttpKind = {
    part: path,
    isFor: (requested) => requested === path,
    tooLarge: "refuse",
    createCutter: createListItems,
  };
  if (metrics === null) return createHttpSource(of, kind);
  const completeness = createCompleteness({ ...of, metrics });
  const tally = createTally(
    (second, count) => completeness.balance.received(second, count),
    () => Math.floor(of.clock.now() / MICROS_PER_SECOND),
  );
  return createHttpSource(of, {
    ...kind,
    createCutter: () => tally.watch(createListItems()),
    beside: (intake, signal) => completeness.run(intake, signal),
  });
}
