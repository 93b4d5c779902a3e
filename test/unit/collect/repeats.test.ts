import { describe, expect, it } from "vitest";
import { repeatedClusters } from "../../../src/collect/repeats.ts";
import type { SourceConfiguration, SourceOptions } from "../../../src/model/source.ts";

function source(
  kind: SourceOptions["kind"],
  cluster: string | null,
  name = "s",
): SourceConfiguration {
  return { name, cluster, options: { kind } as SourceOptions };
}

describe("the clusters whose records may come more than once", () => {
  it("are those with several sources, and those with a webhook", () => {
    const clusters = repeatedClusters([
      source("kubernetesAuditFile", "once"),
      source("kubernetesAuditFile", "twice"),
      source("kubernetesAuditFile", "twice"),
      source("kubernetesAuditWebhook", "hook"),
      source("kubernetesAuditWebhook", null, "nameless"),
      source("teleportFile", "root"),
      source("teleportEventHandler", "root"),
    ]);
    expect([...clusters].toSorted()).toEqual(["hook", "nameless", "twice"]);
  });
});
