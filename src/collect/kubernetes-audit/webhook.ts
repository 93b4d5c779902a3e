import type { AuditWebhookOptions } from "../../model/source.ts";
import type { Collector } from "../../ports/collector.ts";
import type { HttpSourceOf } from "../http/kind.ts";
import { createHttpSource } from "../http/source.ts";
import { createListItems } from "./list-items.ts";

/**
 * Takes what the audit webhook of a kube-apiserver posts: EventLists, each item a record with exactly its bytes
 * (https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#webhook-backend). An API server tries a batch five times within a
 * minute and a half, whatever the answer was, and then drops it; a 503 with `Retry-After` makes that four minutes. So nothing is
 * refused for its content, and what is not durable in time is pushed back. The query is ignored: the server writes its timeout there.
 */
export function createKubernetesAuditWebhook(of: HttpSourceOf<AuditWebhookOptions>): Collector {
  const { path } = of.options;
  return createHttpSource(of, {
    part: path,
    isFor: (requested) => requested === path,
    tooLarge: "refuse",
    createCutter: createListItems,
  });
}
