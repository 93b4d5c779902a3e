import { runProgram } from "./commands/program.ts";

/** The command line. `launch.ts` is what `npx chaperone` starts; it comes here on a Node that is new enough. */
process.exitCode = await runProgram(process.argv.slice(2));
