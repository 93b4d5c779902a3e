import type { Dossier, DossierAction } from "../../model/dossier.ts";
import { markOf } from "./mark.ts";
import { shortTime, tableOf, type Section } from "./section.ts";

/** Who was where, what they ran, and all that was done. */
export function actionSections(dossier: Dossier): readonly Section[] {
  return [sessions(dossier), commands(dossier), timeline(dossier)];
}

function sessions({ sessions: all }: Dossier): Section {
  return {
    title: "Sessions",
    says: all.length === 0 ? ["None."] : [],
    tables: tableOf(
      ["start", "end", "who", "login", "reached", "protocol", "recording", "session"],
      all.map((session) => [
        shortTime(session.start),
        session.end === null ? "open" : shortTime(session.end),
        session.person ?? "",
        session.login ?? "",
        session.reached ?? "",
        session.protocol ?? "",
        session.recording === "uploaded" ? "uploaded" : "none seen",
        session.id,
      ]),
    ),
  };
}

function commands({ timeline: all }: Dossier): Section {
  const rows = all.flatMap(({ at, actor, command, target, outcome }) =>
    command === null
      ? []
      : [[shortTime(at), actor ?? "", placeOf(target), command, outcomeOf(outcome)]],
  );
  return {
    title: "Commands",
    says:
      rows.length === 0
        ? ["None is named in the events. What was typed in a session stands in its recording."]
        : ["As the events name them. What was typed in a session stands in its recording."],
    tables: tableOf(["at", "who", "where", "command", "outcome"], rows),
  };
}

function timeline({ timeline: all }: Dossier): Section {
  return {
    title: "Timeline",
    says: all.length === 0 ? ["Nothing was done under this grant."] : [],
    tables: tableOf(
      ["at", "who", "action", "target", "outcome", "verdict", "how known", "event"],
      all.map((action) => [
        shortTime(action.at),
        whoOf(action),
        `${action.name} (${action.class})`,
        targetOf(action.target),
        outcomeOf(action.outcome),
        markOf(action.verdict.coverage) + revisedOf(action),
        action.verdict.method,
        (action.events[0]?.id ?? "").slice(0, 12),
      ]),
    ),
  };
}

function whoOf({ actor, impersonator }: DossierAction): string {
  return impersonator === null ? (actor ?? "") : `${actor ?? ""} via ${impersonator}`;
}

function revisedOf({ events }: DossierAction): string {
  return events.some(({ revision }) => revision > 0) ? " (revised)" : "";
}

function outcomeOf({ status, code }: DossierAction["outcome"]): string {
  return code === null ? status : `${status} ${code}`;
}

function targetOf(target: DossierAction["target"]): string {
  const { kind, apiGroup, subresource, host } = target;
  const group = apiGroup === null || apiGroup === "" ? "" : `.${apiGroup}`;
  const what =
    kind === null ? "" : `${kind}${group}${subresource === null ? "" : `/${subresource}`}`;
  const on = host === null ? "" : `on ${host}`;
  return [what, placeOf(target), on].filter((part) => part !== "").join(" ");
}

function placeOf({ namespace, name }: DossierAction["target"]): string {
  return [namespace, name].filter((part) => part !== null && part !== "").join("/");
}
