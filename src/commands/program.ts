import { Command, CommanderError, Option } from "commander";
import { readFileSync } from "node:fs";
import { ChaperoneError } from "../model/error.ts";
import { packageFile } from "../platform/package-file.ts";
import { DESCRIBED } from "./explain-dialects.ts";
import { EXIT } from "./exit-code.ts";
import { endQuietlyOnClosedOutput } from "./output.ts";
import { DOSSIER_FORMATS, type DossierFormat } from "./dossier/format.ts";
import { PLAY_FORMATS, type PlayFormat } from "./play-format.ts";
import { reportError } from "./report-error.ts";

/** Options and arguments of all commands by name; each command has those that it declares, and the first three. */
interface Options {
  readonly config: string;
  readonly json: boolean;
  readonly debug: boolean;
  readonly once: boolean;
  readonly file: string;
  readonly line: string;
  readonly id: string;
  readonly grant?: string;
  readonly source?: string;
  readonly dialect?: string;
  readonly cluster?: string;
  readonly subject?: string;
  readonly schemaVersion?: string;
  readonly from?: string;
  readonly to?: string;
  readonly pipeline?: string;
  readonly cause?: string;
  readonly event?: string;
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly recording: string;
  readonly policy: string;
  readonly stream?: string;
  readonly principal?: string;
  readonly coverage?: string;
  readonly vendor?: string;
  readonly since?: string;
  readonly state?: string;
  readonly timeline: boolean;
  /** Of the command that is called. */
  readonly format: PlayFormat | DossierFormat;
  readonly out?: string;
  readonly dossier: string;
  readonly events?: string;
  readonly seals?: string;
}

type Run = (options: Options) => Promise<number>;
type Add = (command: Command, run: Run) => void;

const EXIT_CODES = `
Exit codes:
  0   fine
  1   failed; with "run --once": something could not be delivered
  2   wrong usage
  78  wrong configuration`;

/** Runs the command that the arguments name, and gives its exit code. Never rejects. */
export async function runProgram(args: readonly string[]): Promise<number> {
  endQuietlyOnClosedOutput();
  const end = { exitCode: EXIT.ok as number };
  const program = createProgram(end);
  try {
    await program.parseAsync(args, { from: "user" });
    return end.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    // Where a command is missing the help has been printed, and says enough.
    if (error instanceof CommanderError && error.code === "commander.help") return EXIT.usage;
    return reportError(error instanceof CommanderError ? usageError(error) : error, {
      isJson: args.includes("--json"),
      isDebug: args.includes("--debug"),
    });
  }
}

function usageError(error: CommanderError): ChaperoneError {
  const what = error.message
    .replace(/^error: /, "")
    .replace(/\s+/g, " ")
    .trim();
  return new ChaperoneError("USAGE", `Cannot understand the command line: ${what}`, {
    hint: "chaperone --help shows the commands.",
  });
}

function createProgram(end: { exitCode: number }): Command {
  const program = new Command("chaperone")
    .description("Accompanies vendor staff through your systems.")
    .version(version(), "--version")
    .option("--config <file>", "configuration file", "./chaperone.yaml")
    .option("--json", "print JSON for machines", false)
    .option("--debug", "print the stack of an error", false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => undefined })
    .showHelpAfterError(false)
    .addHelpText("after", EXIT_CODES)
    .exitOverride();
  const add: Add = (command, run) => {
    program.addCommand(inherit(command, program));
    onAction(command, end, run);
  };
  addServing(add);
  addAsking(add);
  addDossier(program, end);
  addGroups(program, end);
  return program;
}

/** Commands are imported when they run: each needs only its own part of the program. */
function addServing(add: Add): void {
  add(
    new Command("quickstart").description("the whole line over data that comes with it"),
    async (options) => (await import("./quickstart.ts")).quickstartCommand(options),
  );
  add(
    new Command("run")
      .description("collect, correlate, journal and forward until it is stopped")
      .option("--once", "read every file to its end, settle every pipeline, and exit", false),
    async (options) => (await import("./run.ts")).runCommand(options),
  );
  add(
    new Command("validate").description("check the configuration and list every problem"),
    async (options) => (await import("./validate.ts")).validateCommand(options),
  );
  add(
    new Command("doctor").description(
      "look at sources, disk, clock, destinations and counters, and say what is wrong",
    ),
    async (options) => (await import("./doctor.ts")).doctorCommand(options),
  );
}

function addAsking(add: Add): void {
  add(
    new Command("explain")
      .description("say of one record what it becomes, whose it is, which grants it has, and why")
      .argument("[file]", "file with the record, - for standard input", "-")
      .option("--source <name>", "the configured source that the record is from")
      .addOption(
        new Option("--dialect <name>", "what the record is, instead of --source").choices(
          DESCRIBED,
        ),
      )
      .option("--cluster <name>", "the cluster that the record is about, with --dialect")
      .option("--line <number>", "the line of the file", "1")
      .option("--event <id>", "a vendor's event that is journaled, instead of a record"),
    async (options) => (await import("./explain.ts")).explainCommand(options),
  );
  add(
    new Command("grants")
      .description("list grants with their covered and uncovered actions")
      .argument("[id]", "deprecated: see chaperone grant")
      .option("--state <name>", "pending, approved, denied, active, ended or lapsed")
      .option("--vendor <name>", "of this vendor alone")
      .option("--principal <name>", "of this person alone")
      .option("--since <time>", "open at or after this time, or asked for since then"),
    async (options) => (await import("./grants.ts")).grantsCommand(options),
  );
  add(
    new Command("policy-lint")
      .description("say which vendor actions a Kubernetes audit policy hides, and what shows them")
      .argument("<policy>", "file with the policy, - for standard input"),
    async (options) => (await import("./policy-lint.ts")).policyLintCommand(options),
  );
  add(
    new Command("residue")
      .description("list what grants left behind, with the commands that remove and verify it")
      .option("--grant <id>", "one grant, or the beginning of its id"),
    async (options) => (await import("./residue.ts")).residueCommand(options),
  );
  add(
    new Command("grant")
      .description("one grant: its decisions and windows, and what was done under it")
      .argument("<id>", "id of the grant, or its beginning")
      .option("--timeline", "every event under it, one line each", false),
    async (options) => (await import("./grant.ts")).grantCommand(options),
  );
  add(
    new Command("tap")
      .description("show events as they are journaled, one line each, until it is stopped")
      .option("--stream <name>", "of this stream alone")
      .option("--grant <id>", "of this grant, by its id or the beginning of it")
      .option("--principal <name>", "by or about this person")
      .option("--coverage <name>", "with this coverage alone")
      .option("--vendor <name>", "of this vendor alone")
      .option("--since <time>", "from this time on; the time now where it is left out"),
    async (options) => (await import("./tap.ts")).tapCommand(options),
  );
  add(
    new Command("play")
      .description("show a session recording: its terminal output, its commands, its events")
      .argument("<recording>", "file of a recording, <session id>.tar")
      .addOption(
        new Option(
          "--format <name>",
          "text: output that no terminal obeys; raw: as the terminal got it; commands: what enhanced recording saw start",
        )
          .choices(PLAY_FORMATS)
          .default("text"),
      ),
    async ({ format, ...options }) =>
      (await import("./play.ts")).playCommand({ ...options, format: format as PlayFormat }),
  );
  add(
    new Command("schema")
      .description("list the published schemas, or print one")
      .argument("[subject]", "audit-event, grant, quarantined-event or configuration")
      .option("--schema-version <number>", "version; the newest where it is left out"),
    async (options) => (await import("./schema.ts")).schemaCommand(options),
  );
}

/** A command of its own, and a group. */
function addDossier(program: Command, end: { exitCode: number }): void {
  const dossier = new Command("dossier")
    .description("the account of one grant: sealed where it has ended, else a draft")
    .argument("<id>", "the grant, or the beginning of its id")
    .addOption(
      new Option("--format <name>", "text, JSON to be verified, or one HTML page that prints on A4")
        .choices(DOSSIER_FORMATS)
        .default("text"),
    )
    .option("--out <file>", "write it there, not to standard output");
  program.addCommand(inherit(dossier, program));
  onAction(dossier, end, async ({ format, ...options }) =>
    (await import("./dossier.ts")).dossierCommand({ ...options, format: format as DossierFormat }),
  );
  const verify = new Command("verify")
    .description("make the digests of a dossier anew, and compare it with what was delivered")
    .argument("<dossier>", "file with the dossier's JSON")
    .option("--events <file>", "delivered events, as a file endpoint writes them")
    .option(
      "--seals <file>",
      "delivered seals (logs-grants), where they are in a file of their own",
    );
  dossier.addCommand(inherit(verify, dossier));
  onAction(verify, end, async (options) =>
    (await import("./dossier-verify.ts")).dossierVerifyCommand(options),
  );
}

function addGroups(program: Command, end: { exitCode: number }): void {
  const journal = group(program, "journal", "look at the journal");
  const inspect = new Command("inspect")
    .description("what the journal holds, and whether it is whole")
    .option("--from <sequence>", "list entries from this one")
    .option("--to <sequence>", "list entries up to this one");
  journal.addCommand(inherit(inspect, journal));
  onAction(inspect, end, async (options) =>
    (await import("./journal-inspect.ts")).journalInspectCommand(options),
  );

  const quarantine = group(program, "quarantine", "look at what a destination would not take");
  const list = new Command("ls")
    .description("list resting events, oldest first")
    .option("--pipeline <slug>", "of this pipeline alone")
    .option("--cause <text>", "with this code, or this text in the cause");
  quarantine.addCommand(inherit(list, quarantine));
  onAction(list, end, async (options) =>
    (await import("./quarantine.ts")).quarantineListCommand(options),
  );
  const show = new Command("show")
    .description("one resting event, with every reason why it rests")
    .argument("<id>", "id of the event")
    .option("--pipeline <slug>", "of this pipeline alone");
  quarantine.addCommand(inherit(show, quarantine));
  onAction(show, end, async (options) =>
    (await import("./quarantine.ts")).quarantineShowCommand(options),
  );
  const redrive = new Command("redrive")
    .description("deliver resting events once more, in the running process where there is one")
    .option("--event <id>", "this event alone")
    .option("--cause <text>", "with this code, or this text in the cause")
    .option("--pipeline <slug>", "of this pipeline alone")
    .option("--all", "everything that rests", false)
    .option("--dry-run", "say what would be redriven, and change nothing", false);
  quarantine.addCommand(inherit(redrive, quarantine));
  onAction(redrive, end, async (options) =>
    (await import("./quarantine-redrive.ts")).quarantineRedriveCommand(options),
  );
}

function group(program: Command, name: string, description: string): Command {
  const command = new Command(name).description(description);
  program.addCommand(inherit(command, program));
  return command;
}

function inherit(command: Command, parent: Command): Command {
  return command.copyInheritedSettings(parent);
}

/** Hands a command its options and arguments by name, and keeps its exit code. */
function onAction(command: Command, end: { exitCode: number }, run: Run): void {
  command.action(async () => {
    const named = Object.fromEntries(
      command.registeredArguments.map((argument, index): [string, unknown] => [
        argument.name(),
        command.processedArgs[index],
      ]),
    );
    end.exitCode = await run({ ...command.optsWithGlobals<Options>(), ...named });
  });
}

function version(): string {
  const text = readFileSync(packageFile("package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
