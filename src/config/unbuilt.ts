import { ChaperoneError } from "../model/error.ts";
import type { Configuration } from "./configuration.ts";

/** Sources and endpoints of kinds that this version knows and cannot run, as in `source "far" (kafka)`. */
export function unbuiltKinds(configuration: Configuration): readonly string[] {
  const sources = configuration.sources.map(({ name, options }) => ({
    name,
    options,
    what: "source",
  }));
  const endpoints = configuration.endpoints.map(({ slug, spec }) => ({
    name: slug,
    options: spec,
    what: "endpoint",
  }));
  return [...sources, ...endpoints].flatMap(({ name, options, what }) =>
    options.kind === "unbuilt" ? [`${what} "${name}" (${options.name})`] : [],
  );
}

/** Refuses to run what this version cannot (CONFIG_KIND_NOT_BUILT), all of it by name: running without it would lose events in silence. */
export function refuseUnbuilt(configuration: Configuration): void {
  const unbuilt = unbuiltKinds(configuration);
  if (unbuilt.length === 0) return;
  throw new ChaperoneError(
    "CONFIG_KIND_NOT_BUILT",
    `Cannot run ${unbuilt.join(", ")}: this version knows these kinds but does not have them`,
    { hint: "Remove them from the configuration, or use a version that has them." },
  );
}
