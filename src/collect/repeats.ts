import type { SourceConfiguration } from "../model/source.ts";

/**
 * The clusters whose Kubernetes records may come more than once: by several sources, or by a webhook, which sends a batch again when
 * the answer to it was lost. Only for these are the ids of all events kept for a while (correlate/passed.ts).
 */
export function repeatedClusters(sources: readonly SourceConfiguration[]): ReadonlySet<string> {
  const waysIn = new Map<string, number>();
  for (const { name, cluster, options } of sources) {
    const key = cluster ?? name;
    if (options.kind === "kubernetesAuditFile") waysIn.set(key, (waysIn.get(key) ?? 0) + 1);
    if (options.kind === "kubernetesAuditWebhook") waysIn.set(key, Infinity);
  }
  return new Set([...waysIn].filter(([, ways]) => ways > 1).map(([key]) => key));
}
