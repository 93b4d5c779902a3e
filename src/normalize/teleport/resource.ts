import { fieldsOf, textOf, type Fields } from "../fields.ts";
import { targetOf, usualOutcome, type Family } from "./meaning.ts";

/** Fields that name what was changed, where `name` does not. */
const NAMING_FIELDS = ["access_list_name", "service_provider_entity_id", "mfa_device_name"];

/** A change of a resource of the cluster: who may do what, and what there is. */
export function resource(kind: string): Family {
  return (event) => ({
    class: "administer",
    target: targetOf(kind, nameOf(event.fields), null),
    outcome: usualOutcome(event),
  });
}

function nameOf(fields: Fields): string | null {
  const name = textOf(fields["name"]);
  if (name !== null) return name;
  for (const field of NAMING_FIELDS) {
    const text = textOf(fields[field]);
    if (text !== null) return text;
  }
  const device = fieldsOf(fields["device"]);
  return textOf(device?.["asset_tag"]) ?? textOf(device?.["device_id"]) ?? textOf(fields["user"]);
}
