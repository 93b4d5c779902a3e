import type { z } from "zod";
import type { Pipeline } from "../../model/relay.ts";
import type { Vendor } from "../../model/policy.ts";
import { list, slug, text, texts, type Field } from "./fields.ts";
import {
  approval,
  archive,
  dossier,
  health,
  hold,
  journal,
  limits,
  silence,
  telemetry,
} from "./operation.ts";
import { endpoint, pipeline, type DeclaredEndpoint } from "./relay.ts";
import { maybe, section, withDefaults, type SectionOf } from "./section.ts";
import { source, type DeclaredSource } from "./sources.ts";
import { vendor } from "./vendors.ts";

interface Relay {
  readonly endpoints: readonly DeclaredEndpoint[];
  readonly pipelines: readonly Pipeline[];
}

type OutputOf<T> = T extends Field<infer Output> ? Output : never;

type RootShape = {
  readonly organization: Field<string>;
  readonly dataDir: Field<string>;
  readonly vendors: Field<readonly Vendor[]>;
  readonly approvers: Field<string[]>;
  readonly organizationUsers: Field<string[]>;
  readonly approval: Field<OutputOf<typeof approval>>;
  readonly hold: Field<OutputOf<typeof hold>>;
  readonly dossier: Field<OutputOf<typeof dossier>>;
  readonly silence: Field<OutputOf<typeof silence>>;
  readonly sources: Field<readonly DeclaredSource[]>;
  readonly relay: Field<Relay>;
  readonly journal: Field<OutputOf<typeof journal>>;
  readonly archive: z.ZodOptional<Field<OutputOf<typeof archive>>>;
  readonly health: Field<OutputOf<typeof health>>;
  readonly telemetry: Field<OutputOf<typeof telemetry>>;
  readonly limits: Field<OutputOf<typeof limits>>;
};

/**
 * The whole configuration: what is checked, what the defaults are, and (json-schema.ts) what editors know of it. Paths in it
 * count from the file's folder and are made absolute later; secrets and certificates are read later.
 */
export const configurationSchema: SectionOf<RootShape> = section<RootShape>(
  "Configuration of Chaperone for one organization.",
  {
    organization: slug("Your organization's name; every event carries it."),
    dataDir: text("Folder of all durable state, for one process alone."),
    vendors: list(vendor, "Organizations whose staff is let in.").prefault([]),
    approvers: texts("Patterns of the people who may approve access."),
    organizationUsers: texts("Patterns of your own people, who may use the same Teleport."),
    approval: withDefaults(approval),
    hold: withDefaults(hold),
    dossier: withDefaults(dossier),
    silence: withDefaults(silence),
    sources: list(source, "Places that records are read from."),
    relay: withDefaults(
      section("Destinations, and what goes to them.", {
        endpoints: list(endpoint, "Destinations.").prefault([]),
        pipelines: list(pipeline, "Links between streams and endpoints.").prefault([]),
      }),
    ),
    journal: withDefaults(journal),
    archive: maybe(archive),
    health: withDefaults(health),
    telemetry: withDefaults(telemetry),
    limits: withDefaults(limits),
  },
);

/** What the schema makes of a configuration. */
export type DeclaredConfiguration = z.output<typeof configurationSchema>;
