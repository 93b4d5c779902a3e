import { ChaperoneError } from "../model/error.ts";
import type { Source } from "../model/record.ts";
import type { SourceConfiguration, SourceOptions } from "../model/source.ts";
import type { Clock } from "../ports/clock.ts";
import type { Checkpoints, Collector } from "../ports/collector.ts";
import type { HttpServers } from "../ports/http-server.ts";
import type { Log } from "../ports/log.ts";
import type { Meter } from "../ports/meter.ts";
import { createKubernetesAuditFile } from "./kubernetes-audit/file.ts";
import { createKubernetesAuditWebhook } from "./kubernetes-audit/webhook.ts";
import { createOutOfBand } from "./out-of-band/out-of-band.ts";
import { createSupportAccessSnapshots } from "./support-access/snapshots.ts";
import { createTeleportEventHandler } from "./teleport/event-handler.ts";
import { createTeleportFile } from "./teleport/file.ts";
import { createTeleportRecordings } from "./teleport/recordings/recordings.ts";

export interface CollectorDeps {
  readonly checkpoints: Checkpoints;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly servers: HttpServers;
  readonly stopAtEnd: boolean;
}

export type CreateCollector = (
  configured: SourceConfiguration,
  deps: Omit<CollectorDeps, "servers">,
) => Collector;

/** The collector of a configured source. @throws CONFIG_KIND_NOT_BUILT for a kind that this version cannot run. */
export function createCollector(configured: SourceConfiguration, deps: CollectorDeps): Collector {
  const { options } = configured;
  const source = sourceOf(configured);
  switch (options.kind) {
    case "kubernetesAuditFile":
      return createKubernetesAuditFile({ ...deps, source, options });
    case "teleportFile":
      return createTeleportFile({ ...deps, source, options });
    case "teleportRecordings":
      return createTeleportRecordings({ ...deps, source, options });
    case "kubernetesAuditWebhook":
      return createKubernetesAuditWebhook({ ...deps, source, options });
    case "teleportEventHandler":
      return createTeleportEventHandler({ ...deps, source, options });
    case "supportAccessSnapshots":
      return createSupportAccessSnapshots({ ...deps, source, options });
    case "outOfBand":
      return createOutOfBand({ ...deps, source, options });
    case "unbuilt":
      throw notBuilt(configured.name, options.name);
  }
}

/** The source as records and watermarks know it. @throws CONFIG_KIND_NOT_BUILT */
export function sourceOf({ name, cluster, options }: SourceConfiguration): Source {
  if (options.kind === "unbuilt") throw notBuilt(name, options.name);
  return { name, cluster, dialect: DIALECTS[options.kind] };
}

const DIALECTS: Readonly<Record<Exclude<SourceOptions["kind"], "unbuilt">, Source["dialect"]>> = {
  kubernetesAuditFile: "kubernetes-audit",
  kubernetesAuditWebhook: "kubernetes-audit",
  teleportFile: "teleport",
  teleportRecordings: "teleport-recording",
  teleportEventHandler: "teleport",
  supportAccessSnapshots: "support-access",
  outOfBand: "out-of-band",
};

function notBuilt(source: string, kind: string): ChaperoneError {
  return new ChaperoneError(
    "CONFIG_KIND_NOT_BUILT",
    `Cannot collect from source "${source}": this version has no collector of the kind "${kind}"`,
    { hint: `Kinds it has: ${Object.keys(DIALECTS).join(", ")}` },
  );
}
