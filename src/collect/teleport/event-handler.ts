import type { EventHandlerOptions } from "../../model/source.ts";
import type { Collector } from "../../ports/collector.ts";
import type { HttpSourceOf } from "../http/kind.ts";
import type { Cutter } from "../http/receive.ts";
import { createHttpSource } from "../http/source.ts";

/**
 * Takes what Teleport's event handler posts as if to Fluentd
 * (https://goteleport.com/docs/admin-guides/management/export-audit-events/fluentd/): one event a request, audit events to one path,
 * those of a session's recording to `<session path>.<session id>.log`. Only 200 counts for it; after six tries of 30 s each it ends
 * its process. So nothing is refused for its content. Its JSON is written with spaces that differ from build to build, and its
 * numbers are doubles: ids and digests are made of the content (normalize/teleport/digest.ts).
 */
export function createTeleportEventHandler(of: HttpSourceOf<EventHandlerOptions>): Collector {
  const { path, sessionPath } = of.options;
  return createHttpSource(of, {
    part: path,
    isFor: (requested) => requested === path || sessionIdOf(sessionPath, requested) !== null,
    sessionIdOf: (requested) => sessionIdOf(sessionPath, requested),
    tooLarge: "keep head",
    createCutter: createWholeBody,
  });
}

function sessionIdOf(sessionPath: string, requested: string): string | null {
  const [before, after] = [`${sessionPath}.`, ".log"];
  if (!requested.startsWith(before) || !requested.endsWith(after)) return null;
  const id = requested.slice(before.length, -after.length);
  return id === "" ? null : id;
}

/** The body is the record. */
function createWholeBody(): Cutter {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  return {
    push: (chunk) => {
      pieces.push(chunk);
      sizeBytes += chunk.length;
      return [];
    },
    end: () => (sizeBytes === 0 ? [] : [{ bytes: Buffer.concat(pieces), offset: 0 }]),
    get cutTo() {
      return 0;
    },
  };
}
