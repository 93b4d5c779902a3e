import { createFileFinder } from "../collect/file-tail/find-files.ts";
import { RECORDING_FILES } from "../collect/teleport/recordings/recordings.ts";
import type { SourceConfiguration, SourceOptions } from "../model/source.ts";
import { problem, type Check, type CheckResult, type Surgery } from "./check.ts";
import { checkCommand } from "./command.ts";
import { checkDocuments } from "./documents.ts";
import { checkFolderFiles } from "./folder-files.ts";
import { checkListener } from "./listener.ts";
import { checkNewestRecord } from "./newest-record.ts";
import { checkRotation } from "./rotation.ts";
import { checkFiles, checkMounts } from "./source-files.ts";

/** Every source, by its kind. A new kind of source has its check here. */
export const checkSources: Check = async (surgery) => {
  const results: CheckResult[] = [];
  for (const source of surgery.configuration.sources)
    results.push(...(await checkSource(surgery, source)));
  return results;
};

function checkSource(
  surgery: Surgery,
  source: SourceConfiguration,
): Promise<readonly CheckResult[]> {
  const { name, options } = source;
  switch (options.kind) {
    case "kubernetesAuditFile":
    case "teleportFile":
      return checkFileSource(surgery, source, options);
    case "teleportRecordings":
      return checkFolderFiles(name, { ...options, files: RECORDING_FILES });
    case "kubernetesAuditWebhook":
    case "teleportEventHandler":
      return checkListener(surgery, name, options);
    case "supportAccessSnapshots":
      return options.from === "directory"
        ? checkDocuments(surgery, source, options)
        : checkCommand(name, options);
    case "outOfBand":
      return checkDocuments(surgery, source, options);
    case "unbuilt":
      return Promise.resolve([
        problem(
          { check: "kind", of: name },
          `this version does not have ${options.name}`,
          "Remove the source, or use a version that has it: run refuses to start",
        ),
      ]);
  }
}

type FileKind = Extract<SourceOptions, { readonly kind: "kubernetesAuditFile" | "teleportFile" }>;

async function checkFileSource(
  surgery: Surgery,
  source: SourceConfiguration,
  options: FileKind,
): Promise<readonly CheckResult[]> {
  const found = await createFileFinder(options.include, options.exclude)();
  return [
    ...(await checkFiles(source.name, options, found)),
    ...(await checkMounts(source.name, found)),
    ...checkRotation(source.name, found.paths),
    ...(await checkNewestRecord(surgery, source, found.paths)),
  ];
}
