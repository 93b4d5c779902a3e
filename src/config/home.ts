import { join } from "node:path";

/** Folder of an organization's own durable state: journal, ledger, cursors, checkpoints, quarantine, orders to redrive. Whatever its name, within `dataDir`. */
export function organizationHome(of: {
  readonly dataDir: string;
  readonly organization: string;
}): string {
  return join(of.dataDir, encodeURIComponent(of.organization));
}

/** The parts of an organization's folder. */
export const HOME: Readonly<
  Record<"journal" | "ledger" | "cursors" | "checkpoints" | "quarantine" | "redrive", string>
> = {
  journal: "journal",
  ledger: "ledger.sqlite",
  cursors: "cursors",
  checkpoints: "checkpoints",
  quarantine: "quarantine",
  redrive: "redrive",
};
