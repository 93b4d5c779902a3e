import type { Target } from "../../model/generated/audit-event.ts";
import { textOf, wholeNumberOf } from "../fields.ts";
import { httpOutcome, targetOf, type Family, type TeleportEvent } from "./meaning.ts";

const CLASS_BY_METHOD = new Map<unknown, string>([
  ["GET", "read"],
  ["HEAD", "read"],
  ["OPTIONS", "read"],
  ["POST", "write"],
  ["PUT", "write"],
  ["PATCH", "write"],
  ["DELETE", "delete"],
]);

/** A request to a Kubernetes API server that went through Teleport; its `verb` is the HTTP method. */
export const kubeRequest: Family = (event) => ({
  class: CLASS_BY_METHOD.get(event.fields["verb"]) ?? "other",
  target: requestTarget(event),
  outcome: httpOutcome(wholeNumberOf(event.fields["response_code"])),
});

/** `resource_kind` may be `pods/log`; `resource_api_group` is the group and the version, `core/v1` for the core group. */
function requestTarget({ fields }: TeleportEvent): Target {
  const resource = textOf(fields["resource_kind"]);
  if (resource === null) return targetOf(null, textOf(fields["request_path"]), null);
  const slash = resource.indexOf("/");
  return {
    kind: slash < 0 ? resource : resource.slice(0, slash),
    apiGroup: groupOf(textOf(fields["resource_api_group"])),
    namespace: textOf(fields["resource_namespace"]),
    name: textOf(fields["resource_name"]),
    subresource: slash < 0 ? null : resource.slice(slash + 1),
    host: null,
  };
}

function groupOf(groupAndVersion: string | null): string | null {
  if (groupAndVersion === null) return null;
  const slash = groupAndVersion.indexOf("/");
  const group = slash < 0 ? groupAndVersion : groupAndVersion.slice(0, slash);
  return group === "core" ? "" : group;
}
